// Bands have a shape as well as a colour. Colours tell apart under the common kinds of colour blindness, at 3:1 or more on white.
export const BANDS = {
  High: {shape: "triangle", colour: "#aa2a2a", sign: "▲"},
  Moderate: {shape: "diamond", colour: "#b35900", sign: "◆"},
  Some: {shape: "square", colour: "#1d70b8", sign: "■"},
  Low: {shape: "circle", colour: "#6b7276", sign: "●"},
};
export const OTHER = {shape: "circle", colour: "#0b0c0c", sign: "●"};
export const style = (band) => BANDS[band] ?? OTHER;

// A sign as pixels, with a white edge so that it stands out from its neighbours.
export function sign(band, size = 26) {
  const {shape, colour} = style(band);
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const draw = canvas.getContext("2d");
  const c = size / 2, r = size / 2 - 3;
  draw.beginPath();
  if (shape === "circle") draw.arc(c, c, r * 0.8, 0, 2 * Math.PI);
  else if (shape === "square") draw.rect(c - r * 0.75, c - r * 0.75, r * 1.5, r * 1.5);
  else {
    const corners = shape === "triangle" ? [[c, c - r], [c + r, c + r * 0.8], [c - r, c + r * 0.8]] : [[c, c - r], [c + r, c], [c, c + r], [c - r, c]];
    corners.forEach(([x, y], i) => (i ? draw.lineTo(x, y) : draw.moveTo(x, y)));
    draw.closePath();
  }
  draw.lineWidth = 3;
  draw.strokeStyle = "#ffffff";
  draw.stroke();
  draw.fillStyle = colour;
  draw.fill();
  return draw.getImageData(0, 0, size, size);
}
