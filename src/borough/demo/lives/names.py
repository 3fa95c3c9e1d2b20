"""Given names by group, sex and generation, the commoner first. Made up from what is usual in a diverse outer borough; nobody in particular is meant."""

from __future__ import annotations

GROUPS = {
    "british": 0.37, "irish": 0.035, "caribbean": 0.065, "nigerian": 0.055, "ghanaian": 0.035, "pakistani": 0.115, "bangladeshi": 0.035, "gujarati": 0.03,
    "punjabi": 0.025, "tamil": 0.02, "somali": 0.025, "turkish": 0.03, "polish": 0.05, "romanian": 0.05, "portuguese": 0.03, "chinese": 0.02, "cypriot": 0.01,
}  # fmt: skip
"""Groups of names and their shares of a borough; a neighbourhood has more of some."""

_BRITISH = {
    ("F", 0): "Margaret Jean Patricia Doreen Joan Sheila Barbara Maureen Joyce Brenda Pamela Shirley Dorothy Eileen Beryl Audrey Rita Sylvia June Iris Marjorie Vera Ivy Gladys Winifred Hilda Elsie Edna Olive Mavis",
    ("F", 1): "Susan Linda Christine Carol Jacqueline Julie Karen Deborah Tracey Sharon Jane Helen Alison Sandra Janet Elizabeth Angela Diane Debra Lesley Gillian Wendy Amanda Dawn Beverley Maxine Lorraine Elaine Heather Yvonne Paula Michelle Lisa Nicola Joanne Samantha",
    ("F", 2): "Sarah Emma Laura Claire Rebecca Gemma Rachel Katherine Kelly Victoria Hannah Charlotte Jessica Lauren Amy Natalie Stephanie Louise Kate Lucy Zoe Danielle Hayley Leanne Holly Alice Jennifer Naomi Fiona Kirsty Catherine Anna Harriet Rosie Georgina Eleanor",
    ("F", 3): "Olivia Amelia Isla Emily Ava Grace Lily Sophie Chloe Ella Mia Poppy Evie Freya Daisy Phoebe Millie Ruby Florence Alice Matilda Ivy Elsie Rosie Megan Molly Maisie Imogen Martha Esme Orla Nancy Beatrice Aoife Zara Jasmine",
    ("M", 0): "John William George Ronald Kenneth Peter Raymond Dennis Derek Frederick Albert Stanley Leonard Roy Arthur Eric Gordon Norman Ernest Reginald Sidney Harold Cyril Walter Bernard Victor Edwin Horace Wilfred Percy",
    ("M", 1): "David Paul Stephen Michael Andrew Mark Robert Alan Keith Philip Ian Kevin Graham Colin Barry Neil Anthony Trevor Nigel Martin Terence Gary Steven Brian Geoffrey Roger Clive Simon Timothy Malcolm Lee Darren Wayne Dean",
    ("M", 2): "James Daniel Christopher Matthew Thomas Richard Adam Benjamin Jonathan Craig Stuart Luke Ryan Joseph Alexander Samuel Nicholas Edward Ross Gareth Oliver Jamie Liam Nathan Ashley Aaron Scott Robert Michael David Dominic Toby Duncan Patrick Marcus Rhys",
    ("M", 3): "Oliver Jack Harry George Noah Charlie Jacob Alfie Freddie Oscar Leo Archie Henry Theo Thomas William James Joshua Max Isaac Lucas Ethan Arthur Finley Logan Harrison Teddy Edward Jude Reggie Rory Tommy Stanley Ralph Felix Kit",
}
_CARIBBEAN = {
    ("F", 0): "Gloria Sylvia Merle Icilda Enid Daphne Hyacinth Monica Pearl Myrtle Una Verona Beryl Norma Avis Lurline",
    ("F", 1): "Marcia Sonia Beverley Sharon Jennifer Paulette Yvonne Claudette Marva Heather Donna Angela Maxine Carol Jacqueline Sandra",
    ("F", 2): "Natasha Michelle Chantelle Nadine Keisha Simone Kerry-Ann Danielle Tanya Leanne Shanice Jade Rochelle Monique Candice Natalie",
    ("F", 3): "Aaliyah Tiana Kayla Amara Shanai Renée Jada Nevaeh Kezia Imani Nia Chanel Zaria Serenity Talia Skye",
    ("M", 0): "Winston Cecil Clifton Vincent Lloyd Egbert Alphonso Neville Eustace Oswald Cleveland Rupert Wilbert Linton Aston Hubert",
    ("M", 1): "Trevor Errol Desmond Carlton Delroy Leroy Michael Anthony Patrick Tony Glenroy Junior Courtney Clive Devon Everton",
    ("M", 2): "Jermaine Marlon Wayne Dwayne Nathan Leon Andre Curtis Jerome Darnell Marcus Ricardo Tyrone Damian Kieron Lee",
    ("M", 3): "Malachi Tyrese Kai Isaiah Josiah Jayden Rio Kyrone Micah Elijah Zion Amari Tyler Caleb Romario Jaden",
}
_NIGERIAN = {
    ("F", 0): "Folake Abosede Florence Comfort Victoria Grace Bolanle Ngozi Patience Titilayo Adaeze Modupe Esther Ronke Yetunde Agnes Chinyere Funmilayo",
    ("F", 2): "Chioma Temitope Blessing Omolara Ifeoma Kehinde Taiwo Oluwaseun Bukola Aisha Amaka Damilola Folasade Uchenna Tolulope Deborah Ruth Ẹniọlá",
    ("F", 3): "Oluwatomisin Daniella Favour Zara Simisola Ayomide Chidera Temiloluwa Kamsi Michelle Abigail Tamilore Esther Precious Ireoluwa Mofe Nicole Semilore",
    ("M", 0): "Adebayo Emmanuel Olufemi Samuel Babatunde Chukwuma Sunday Emeka Gabriel Akin Solomon Adekunle Joseph Ifeanyi Olatunji Augustine",
    ("M", 2): "Tunde Chinedu Oluwaseun Segun Ikechukwu Kehinde Taiwo Femi Obinna Ayodele Kunle Chidi Gbenga David Emmanuel Dayo Kelechi Rotimi",
    ("M", 3): "David Daniel Emmanuel Samuel Oluwadamilare Joshua Ethan Timilehin Kamsiyochukwu Jeremiah Ayomide Nathan Olamide Tobi Ebuka Jayden Fikayo Zion",
}
_GHANAIAN = {
    ("F", 0): "Comfort Akosua Mary Grace Abena Florence Beatrice Afia Elizabeth Agnes Felicia Juliana Adwoa Esther Charity Vida",
    ("F", 2): "Ama Priscilla Abigail Yaa Adjoa Linda Naa Mavis Gifty Akua Esi Sandra Belinda Maame Nana Vivian Doreen Efua",
    ("M", 0): "Kwame Kofi Emmanuel Joseph Samuel Yaw Daniel Ebenezer Kwabena Isaac Ernest Nana George Stephen Kojo Francis",
    ("M", 2): "Kwaku Michael Prince Eric Derrick Richmond Kwasi Ebo Bright Nathaniel Felix Clement Elvis Obed Jeffrey Caleb Gideon Kelvin",
}
_PAKISTANI = {
    ("F", 0): "Nasreen Shamim Parveen Razia Zubeda Kulsoom Rashida Naseem Mumtaz Khalida Shahnaz Safia Sakina Tahira Zarina Surraya",
    ("F", 2): "Sadia Samina Shazia Saima Rabia Farah Nadia Bushra Uzma Asma Ayesha Sana Amina Fozia Iram Rukhsana Maryam Noreen Saira Hina Zainab Kiran",
    ("F", 3): "Aisha Fatima Maryam Zara Zainab Hafsa Khadija Inaya Amelia Aleena Hania Safa Alisha Anaya Eshaal Mahnoor Sumayyah Haleema",
    ("M", 0): "Mohammed Abdul Muhammad Ghulam Bashir Nazir Mohammad Rashid Mahmood Akhtar Sadiq Riaz Anwar Khalid Iqbal Hanif Yousaf",
    ("M", 2): "Mohammed Imran Muhammad Asif Kashif Adeel Tariq Nadeem Shahid Waqas Usman Faisal Zahid Amir Naveed Bilal Omar Ahmed Kamran Adnan Sajid Rizwan",
    ("M", 3): "Muhammad Mohammed Ibrahim Yusuf Musa Adam Ali Hamza Zayn Haris Ayaan Rayyan Isa Abdullah Umar Hassan Eesa Zakariya",
}
_BANGLADESHI = {
    ("F", 0): "Rahima Ayesha Hasina Jahanara Rokeya Sufia Fatema Monowara Nurjahan Rezia Khaleda Ambia Saleha Momtaz",
    ("F", 2): "Nazma Shirin Farzana Taslima Salma Shahida Rumana Sultana Fahmida Rehana Nasima Tahmina Jesmin Ruksana Sharmin Lubna",
    ("F", 3): "Aaliyah Maryam Tasnim Fatiha Nusrat Maisha Ayesha Safiyyah Anika Raisa Sumaiya Tahiyah Zara Aleesha",
    ("M", 0): "Abdul Mohammed Md Shamsul Nurul Abdur Mujibur Siraj Fazlul Moinul Anwar Motin Rafiqul Harun",
    ("M", 2): "Mohammed Shah Kamrul Rezaul Shafiqul Saiful Jahangir Faruk Ashraf Mizanur Monir Shahin Rubel Masud Sohel Anamul",
    ("M", 3): "Muhammad Yusuf Ibrahim Zayan Rayhan Adiyan Sami Tahmid Mahin Aariz Zakir Faiz Nabil Rafi",
}
_GUJARATI = {
    ("F", 0): "Kokila Hansa Pushpa Manjula Ramila Savita Kanta Nirmala Jyoti Lata Sharda Vimla Usha Damayanti",
    ("F", 2): "Priya Nisha Hetal Bhavna Reena Sonal Komal Anjali Meera Kavita Dipti Pooja Rupal Jigna Neha Anisha",
    ("M", 0): "Ramesh Suresh Kantilal Jayantilal Dinesh Harish Mahesh Bharat Rajnikant Pravin Ashok Kishor Natwarlal Chandrakant",
    ("M", 2): "Amit Nilesh Hitesh Jignesh Sanjay Vishal Rakesh Ketan Nikhil Chirag Rahul Mitesh Kunal Dipesh Jay Dhruv",
}
_PUNJABI = {
    ("F", 0): "Surinder Gurmeet Harbhajan Kulwant Balbir Jaswinder Manjit Satwant Parmjit Mohinder Joginder Amarjit",
    ("F", 2): "Harpreet Simran Mandeep Jasmeet Amandeep Navdeep Kiran Rupinder Gurpreet Jasleen Sukhdeep Manpreet Jaspreet Priya",
    ("M", 0): "Balwinder Harbans Gurdial Mohan Kulwant Surinder Joginder Ajit Avtar Darshan Malkit Piara",
    ("M", 2): "Gurpreet Harjit Manpreet Sukhdev Jaspal Amandeep Rajinder Jagdeep Hardeep Kuldeep Arjan Harpreet Karan Navdeep",
}
_TAMIL = {
    ("F", 0): "Kamala Saraswathy Parameswary Pushpam Rajeswari Thangamma Nageswari Yogeswary Maheswary Selvarani Sivapakiyam Indra",
    ("F", 2): "Vasuki Sivanthini Kavitha Shalini Tharshini Priyanka Nirosha Abirami Thulasi Mathura Gayathri Dharshika Anushka Janani",
    ("M", 0): "Sivalingam Kandiah Nadarajah Selvarajah Balasubramaniam Rajaratnam Thambirajah Kanagaratnam Sinnathamby Arumugam Ponnampalam Yogarajah",
    ("M", 2): "Suthan Pratheepan Sivakumar Rajkumar Thushanthan Mayuran Niroshan Kajan Janarthan Ramanan Vithushan Aravinthan Kirushan Dinesh",
}
_SOMALI = {
    ("F", 0): "Halimo Faduma Khadra Amina Sahra Maryan Hawa Asha Shukri Zeinab Ebyan Nimo",
    ("F", 2): "Hodan Ifrah Fartun Hibo Najma Sagal Ayan Deqa Idil Fowsia Samira Naima Ikran Muna",
    ("M", 0): "Ahmed Mohamed Abdi Hassan Ali Omar Yusuf Ibrahim Osman Jama Farah Ismail",
    ("M", 2): "Abdirahman Mohamed Abdullahi Mahad Liban Guled Khalid Abdirizak Zakaria Bilal Hamza Ayub Sharmarke Idris",
}
_TURKISH = {
    ("F", 0): "Fatma Ayşe Emine Hatice Zeynep Gülsüm Sultan Meryem Şerife Hanife Nuriye Elif",
    ("F", 2): "Özlem Sevgi Derya Esra Yasemin Gülay Nazlı Ebru Pınar Sibel Songül Dilek Çiğdem Melisa",
    ("M", 0): "Mehmet Mustafa Ahmet Ali Hüseyin Hasan İbrahim Osman Yusuf Süleyman Halil Recep",
    ("M", 2): "Murat Emre Serkan Uğur Cem Onur Volkan Barış Erkan Kemal Deniz Ömer Gökhan Tolga",
}
_POLISH = {
    ("F", 0): "Krystyna Halina Danuta Irena Jadwiga Bożena Teresa Grażyna Wanda Stanisława Zofia Elżbieta",
    ("F", 2): "Anna Katarzyna Agnieszka Małgorzata Monika Joanna Magdalena Ewa Marta Aleksandra Natalia Paulina Karolina Sylwia",
    ("F", 3): "Zuzanna Julia Maja Lena Oliwia Amelia Hanna Nadia Wiktoria Emilia Alicja Gabriela",
    ("M", 0): "Jan Stanisław Andrzej Jerzy Tadeusz Zbigniew Ryszard Henryk Kazimierz Marian Józef Bogdan",
    ("M", 2): "Piotr Krzysztof Tomasz Paweł Marcin Łukasz Michał Grzegorz Adam Rafał Mariusz Wojciech Kamil Sebastian",
    ("M", 3): "Jakub Antoni Filip Oskar Kacper Szymon Aleksander Dominik Nikodem Oliwier Leon Igor",
}
_ROMANIAN = {
    ("F", 0): "Maria Elena Ioana Viorica Floarea Gheorghița Ecaterina Aurelia Rodica Mariana Constanța Silvia",
    ("F", 2): "Andreea Mihaela Alina Cristina Daniela Simona Loredana Florentina Gabriela Raluca Nicoleta Roxana Oana Ștefania",
    ("M", 0): "Ion Gheorghe Vasile Constantin Nicolae Dumitru Petru Florea Marin Traian Ilie Aurel",
    ("M", 2): "Andrei Alexandru Mihai Ionuț Cristian Marian Florin Bogdan Adrian Cătălin Ștefan Daniel Gabriel Răzvan",
}
_PORTUGUESE = {
    ("F", 0): "Maria Ana Rosa Conceição Fátima Lurdes Teresa Isabel Graça Glória Manuela Odete",
    ("F", 2): "Ana Carla Sónia Patrícia Cláudia Vanessa Joana Inês Catarina Juliana Camila Fernanda Mónica Débora",
    ("M", 0): "José António Manuel João Carlos Joaquim Fernando Luís Francisco Domingos Armando Álvaro",
    ("M", 2): "Pedro Ricardo Nuno Bruno Tiago Rui Marco Hugo André Diogo Rafael Gonçalo Fábio Thiago",
}
_CHINESE = {
    ("F", 0): "Mei Siu-Ling Yuk Lai-Wah Kam Suk-Fong Wai Yin Mei-Ling Lan",
    ("F", 2): "Grace Xin Ying Jing Li-Na Emily Michelle Yan Hui Vivian Wing-Yan Jessica",
    ("M", 0): "Wai-Man Kwok Ming Chi Kin Yiu-Ming Hung Sun Tak-Wah Fook",
    ("M", 2): "Jun Wei Kevin Hao Jason Ka-Ho Lei Tony Daniel Chun Yang Bo",
}
_CYPRIOT = {
    ("F", 0): "Androulla Maroulla Eleni Panayiota Despina Georgia Anastasia Loulla Chrystalla Elpida",
    ("F", 2): "Maria Christina Andrea Elena Anna Katerina Sophia Stella Eleni Natasha Alexia Yiota",
    ("M", 0): "Andreas Costas Panayiotis Christakis Georgios Michalis Savvas Kyriacos Stelios Loizos",
    ("M", 2): "Chris George Andreas Nicholas Michael Alexander Marios Peter Demetri Stavros Anthony Panos",
}

GIVEN = {
    "british": _BRITISH, "irish": _BRITISH, "caribbean": _CARIBBEAN, "nigerian": _NIGERIAN, "ghanaian": _GHANAIAN, "pakistani": _PAKISTANI,
    "bangladeshi": _BANGLADESHI, "gujarati": _GUJARATI, "punjabi": _PUNJABI, "tamil": _TAMIL, "somali": _SOMALI, "turkish": _TURKISH, "polish": _POLISH,
    "romanian": _ROMANIAN, "portuguese": _PORTUGUESE, "chinese": _CHINESE, "cypriot": _CYPRIOT,
}  # fmt: skip
_IRISH = {
    "F": "Bridget Mary Kathleen Noreen Siobhán Sinéad Bernadette Deirdre Aisling Niamh Róisín Gráinne Orla Ciara Caoimhe Saoirse Maeve",
    "M": "Patrick Seán Michael Brendan Declan Liam Eamonn Kevin Dermot Padraig Finbarr Conor Ciarán Cormac Rory Oisín Cillian Tadhg",
}

BIRTHS = (1948, 1970, 1998)
"""Years in which one generation of names ends and the next begins."""


def given(group: str, sex: str, generation: int) -> list[str]:
    """Names of a group for a generation (0 the oldest); where it has no own list, the nearest's."""
    lists = GIVEN[group]
    nearest = min((g for s, g in lists if s == sex), key=lambda g: (abs(g - generation), -g))
    own = lists[sex, nearest].split()
    return _IRISH[sex].split() + own[:14] if group == "irish" else own


_NICKNAMES = (
    "William:Bill James:Jim Robert:Bob Richard:Dick Michael:Mick Thomas:Tom Edward:Ted Anthony:Tony Christopher:Chris Daniel:Dan Matthew:Matt Joseph:Joe "
    "Benjamin:Ben Samuel:Sam Andrew:Andy Stephen:Steve Steven:Steve David:Dave Peter:Pete Kenneth:Ken Ronald:Ron Raymond:Ray Frederick:Fred Albert:Bert "
    "Leonard:Len Stanley:Stan Arthur:Art Reginald:Reg Harold:Harry Henry:Harry Alexander:Alex Nicholas:Nick Jonathan:Jon Timothy:Tim Philip:Phil Terence:Terry "
    "Geoffrey:Geoff Gregory:Greg Patrick:Paddy Lawrence:Larry Edwin:Eddie Walter:Wally Charles:Charlie John:Jack George:Georgie "
    "Margaret:Peggy Elizabeth:Liz Catherine:Cathy Katherine:Kate Patricia:Pat Susan:Sue Christine:Chris Jacqueline:Jackie Deborah:Debbie Debra:Deb Rebecca:Becky "
    "Jennifer:Jenny Victoria:Vicky Samantha:Sam Alexandra:Alex Stephanie:Steph Jessica:Jess Charlotte:Charlie Dorothy:Dot Eleanor:Ellie Pamela:Pam Barbara:Babs "
    "Amanda:Mandy Sandra:Sandy Natalie:Nat Danielle:Dani Georgina:Georgie Gillian:Gill Bernadette:Bernie Isabella:Bella Amelia:Millie Matilda:Tilly Abigail:Abi "
    "Mohammed:Mo Muhammad:Mo Mohammad:Mo Mohamed:Mo Abdul:Abs Ibrahim:Ibby Zainab:Zee Khadija:Dija Fatima:Fati Oluwaseun:Seun Temitope:Temi Damilola:Dami "
    "Folasade:Sade Adebayo:Bayo Babatunde:Tunde Oluwatomisin:Tomi Ayomide:Ayo Emmanuel:Manny Chukwuma:Chuks Ikechukwu:Ike Krzysztof:Krzys Katarzyna:Kasia "
    "Małgorzata:Gosia Agnieszka:Aga Aleksandra:Ola Tomasz:Tomek Piotr:Peter Jakub:Kuba Alexandru:Alex Mihaela:Miha Panayiotis:Peter Andreas:Andy Georgios:George "
    "Gurpreet:Preet Harpreet:Harry Balwinder:Bal Nilesh:Nil Francisco:Chico António:Tony João:John Hüseyin:Hus Mehmet:Memo Mustafa:Musti Abdirahman:Abdi"
)
NICKNAMES = dict(pair.split(":") for pair in _NICKNAMES.split())
