"""Surnames by group, the commoner first; two-part ones have a tilde for their space. Long tails of rare English names are put together from parts of place names."""

from __future__ import annotations

_ENGLISH = (
    "Smith Jones Williams Brown Taylor Davies Wilson Evans Thomas Johnson Roberts Walker Wright Robinson Thompson White Hughes Edwards Green Hall Wood Harris Lewis "
    "Martin Jackson Clarke Clark Turner Hill Scott Cooper Morris Ward Moore King Watson Baker Harrison Morgan Patel Young Allen Mitchell James Anderson Phillips Lee "
    "Bell Parker Davis Bennett Miller Cook Shaw Cox Campbell Carter Marshall Collins Bailey Gray Grey Murphy Richardson Simpson Adams Stewart Stuart Ellis Murray "
    "Wilkinson Foster Chapman Mason Rogers Webb Hunt Gibson Mills Holmes Palmer Matthews Mathews Reid Read Reed Fisher Barnes Knight Lloyd Barker Butler Stevens "
    "Stephens Jenkins Dixon Dickson Fletcher Hunter Howard Andrews Reynolds Elliott Elliot Fox Ford Saunders Payne Day Pearson Pearce West Brooks Lawrence Cole Bradley "
    "Atkinson Dawson Rose Lawson Nicholls Nichols Spencer Burton Cooke Hart Watts Woods Perry Wells Page Warren Bishop Francis Rowe Gardner Gardiner Hawkins Newman Cross "
    "Hudson Gregory Carr Oliver Stone Harvey Curtis Potter Mann Sutton Bird Hancock Arnold Frost Barton Riley Reilly Sharp Sharpe Osborne Bowen Slater Crawford McDonald "
    "MacDonald McKenzie Fraser Hamilton Graham Robertson Wallace Ross Henderson Paterson Patterson Cunningham Pritchard Griffiths Price Powell Howells Rees Jarvis Peacock "
    "Fuller Skinner Bryant Goddard Sanders Kemp Parsons Tucker Wheeler Hopkins Nash Lane Wade Austin Lambert Weaver Vincent Hooper Manning Norman Bates Steele St~John Le~Brun "
    "Fitzgerald FitzPatrick De'Ath D'Arcy Featherstone-Hill"
)
_IRISH = (
    "Murphy Kelly O'Sullivan Walsh O'Brien Byrne Ryan O'Connor O'Neill O'Reilly Doyle McCarthy Gallagher Doherty Kennedy Lynch Murray Quinn Moore McLoughlin O'Carroll Connolly "
    "Daly O'Connell Wilson Dunne Brennan Burke Collins Campbell Clarke Johnston Hughes O'Farrell Fitzgerald Brown Martin Maguire Nolan Flynn Thompson Callaghan O'Donnell Duffy "
    "O'Mahony Boyle Healy Shea White Sweeney Hayes Kavanagh Power McGrath Moran Brady Stewart Casey Foley McDermott Ó~Briain Mac~Giolla"
)
_CARIBBEAN = (
    "Brown Campbell Williams Johnson Clarke Morgan Lewis Thompson Gordon Grant Francis Reid Henry Edwards Bailey Joseph Davis Robinson James Walters Charles Samuels Palmer Phillips "
    "Thomas Smith Wright Allen Morrison Richards Scott Barrett Anderson McKenzie Douglas Dixon Bennett Pierre Alexander Baptiste Prescod Blackwood Simms Facey Dacosta Gayle Hyman "
    "Livingston Powell Rowe Sinclair Wallace Wynter Hinds Greenidge Braithwaite Toussaint Saint-Louis"
)
_NIGERIAN = (
    "Adeyemi Okafor Adebayo Okeke Balogun Ogunleye Okonkwo Adeleke Eze Oladipo Akinola Nwosu Olatunji Obi Bello Ibrahim Afolabi Adesanya Ojo Chukwu Ogunbanjo Akande Nwankwo Adeola "
    "Olawale Uche Ajayi Oyelaran Onyekachi Fashola Adewale Ikenna Okoro Ogbonna Lawal Adekunle Osagie Ehigie Babalola Oni Odukoya Sanusi Ayodele Nnamdi Ezeh Ola~Davies Cole Williams"
)
_GHANAIAN = (
    "Mensah Owusu Boateng Asante Osei Appiah Agyemang Amoah Addo Antwi Acheampong Opoku Frimpong Asamoah Boakye Ofori Adjei Sarpong Darko Gyamfi Ansah Danso Amponsah Kyei Quaye "
    "Ampofo Tetteh Nkrumah Yeboah Bonsu Arthur Quansah Essien Baidoo Lamptey Nartey Addai Obeng Twum-Barima Ofosu-Mensah"
)
_PAKISTANI = (
    "Khan Ahmed Hussain Ali Malik Iqbal Shah Mahmood Akhtar Butt Mirza Chaudhry Choudhry Qureshi Sheikh Raja Aslam Rashid Anwar Bashir Javed Nawaz Rehman Rahman Siddiqui Syed Mughal "
    "Bhatti Yousaf Younis Zaman Sadiq Saleem Sharif Afzal Ashraf Aziz Baig Dar Farooq Hamid Hanif Ibrahim Kazmi Latif Majid Mir Mohammed Mohammad Munir Nazir Parvez Rafiq Saeed Tariq Ul~Haq"
)
_BANGLADESHI = "Ahmed Miah Ali Rahman Islam Hussain Khan Uddin Chowdhury Hoque Alam Choudhury Ullah Khatun Haque Hossain Karim Kabir Mia Sarkar Talukdar Bhuiyan Siddique Azad Mollah Quddus Rashid Das"
_GUJARATI = "Patel Shah Mistry Desai Parmar Solanki Joshi Mehta Chauhan Gohil Pandya Amin Trivedi Bhatt Vyas Lakhani Thakkar Rana Makwana Vaghela Raval Modi Dave Tailor Kotecha Popat Sharma Kapadia"
_PUNJABI = "Singh Gill Sandhu Dhillon Sidhu Grewal Dhaliwal Bains Sahota Kang Johal Virdee Bhogal Sohal Cheema Hayer Randhawa Mann Rai Uppal Matharu Panesar Bansal Kalsi Chana Sagoo Kaur Bhamra"
_TAMIL = (
    "Sivakumar Selvarajah Rajaratnam Nadarajah Kandasamy Arulampalam Balasingam Mahendran Thavarajah Kanagasabai Vigneswaran Sivanesan Raveendran Jeyakumar Satkunarajah Thiruchelvam "
    "Gnanasekaram Paramanathan Sritharan Tharmalingam Vijayakumar Ketheeswaran Yogeswaran Pathmanathan"
)
_SOMALI = "Mohamed Ali Ahmed Hassan Abdi Omar Hussein Yusuf Osman Ibrahim Jama Farah Adan Warsame Abdullahi Ismail Nur Aden Mohamud Sheikh Isse Elmi Dahir Duale Guled Hersi Awale Egal"
_TURKISH = "Yılmaz Kaya Demir Şahin Çelik Yıldız Yıldırım Öztürk Aydın Özdemir Arslan Doğan Kılıç Aslan Çetin Kara Koç Kurt Özkan Şimşek Polat Korkmaz Ateş Bozkurt Güneş Tekin Aksoy Mehmet Hasan Hüseyin"
_POLISH = (
    "Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Zieliński Szymański Woźniak Dąbrowski Kozłowski Jankowski Mazur Kwiatkowski Krawczyk Kaczmarek Piotrowski Grabowski Zając "
    "Pawłowski Michalski Król Wieczorek Jabłoński Wróbel Nowakowski Majewski Olszewski Stępień Malinowski Jaworski Adamczyk Dudek Nowicki Pawlak Górski Witkowski Walczak Sikora Baran Rutkowski"
)
_ROMANIAN = (
    "Popa Popescu Ionescu Radu Dumitru Stan Stoica Gheorghe Matei Ciobanu Rusu Munteanu Constantin Dinu Lazăr Moldovan Florea Sandu Nistor Marin Tudor Dobre Barbu Ungureanu Cojocaru Nicolae "
    "Stănescu Preda Manea Vasile Enache Drăgan Ilie Grigore Bălan Neagu Mihăilă Oprea Ștefan Țurcanu"
)
_PORTUGUESE = (
    "Silva Santos Ferreira Pereira Oliveira Costa Rodrigues Martins Sousa Fernandes Gonçalves Gomes Lopes Marques Alves Almeida Ribeiro Pinto Carvalho Teixeira Moreira Correia Mendes Nunes "
    "Soares Vieira Monteiro Cardoso Rocha Neves Coelho Cruz Freitas da~Silva dos~Santos de~Sousa de~Jesus Araújo Simões"
)
_CHINESE = "Chen Li Wang Zhang Lin Wong Chan Liu Cheung Lau Leung Lam Ng Ho Yang Huang Wu Cheng Tang Yip Tsang Zhou Zhao Sun Xu Lee Kwok Mak Poon Fung"
_CYPRIOT = (
    "Georgiou Christodoulou Charalambous Ioannou Constantinou Andreou Nicolaou Panayiotou Michael Demetriou Savva Kyriacou Hadjigeorgiou Antoniou Theodorou Loizou Stylianou Christou Papadopoulos "
    "Economou Xenophontos Philippou Pavlou Neophytou"
)

_BEGINNINGS = "Ash Brad Cal Dun El Farn Gar Hal Hart Haz Hol Kil Lang Lin Mar Mel Nor Oak Pem Ram Rus Shel Stan Thorn Wal Wes Whit Win Wood Har Ald Bar Cran Dal Ed Fen"
_ENDINGS = "ley ford ton well wood combe worth shaw field bury don by stead hurst man er ham cott wick dale more low"


def _english() -> list[str]:
    made = [a + b for b in _ENDINGS.split() for a in _BEGINNINGS.split() if a[-1] != b[0]]
    common = _ENGLISH.split()
    # Rare names in an order that doesn't follow the alphabet.
    rare = sorted(set(made) - set(common), key=lambda n: (sum(map(ord, n)) * 37 % 101, n))
    return common + rare


SURNAMES = {
    "british": _english(), "irish": _IRISH.split(), "caribbean": _CARIBBEAN.split(), "nigerian": _NIGERIAN.split(), "ghanaian": _GHANAIAN.split(),
    "pakistani": _PAKISTANI.split(), "bangladeshi": _BANGLADESHI.split(), "gujarati": _GUJARATI.split(), "punjabi": _PUNJABI.split(), "tamil": _TAMIL.split(),
    "somali": _SOMALI.split(), "turkish": _TURKISH.split(), "polish": _POLISH.split(), "romanian": _ROMANIAN.split(), "portuguese": _PORTUGUESE.split(),
    "chinese": _CHINESE.split(), "cypriot": _CYPRIOT.split(),
}  # fmt: skip

WOMENS = {
    "pakistani": (0.3, "Begum Bibi Akhtar Kausar Bano Khatoon Sultana Parveen Jan"),
    "bangladeshi": (0.72, "Begum Khatun Akter Bibi Khanom Sultana Nessa Aktar"),
    "punjabi": (0.55, "Kaur"),
    "somali": (0.1, "Haji Sheikh"),
}
"""Where women mostly have a surname of their own, not their family's: how many, and which."""
CHANGES = {"british": 0.72, "irish": 0.7, "caribbean": 0.7, "nigerian": 0.8, "ghanaian": 0.8, "gujarati": 0.85, "tamil": 0.3, "polish": 0.85, "romanian": 0.8, "turkish": 0.8, "cypriot": 0.85, "portuguese": 0.4}
"""How many women take their husband's surname; of other groups hardly any (0.2)."""
