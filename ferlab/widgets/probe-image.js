// What is done to a face before the network sees it: the same arithmetic as changes.py, drawn at once.
const PIXELS = SIDE * SIDE;

// Pixels painted by the brush, as [start, stop, start, stop, ...] in reading order.
function runsOf(mask) {
  const runs = [];
  for (let i = 0; i <= PIXELS; i++) if (Boolean(mask[i]) !== Boolean(mask[i - 1])) runs.push(i);
  return runs;
}
function maskOf(runs) {
  const mask = new Uint8Array(PIXELS);
  for (let i = 0; i < runs.length; i += 2) mask.fill(1, runs[i], runs[i + 1]);
  return mask;
}

const within = (v, least, most) => Math.min(most, Math.max(least, v));

// Each pixel reads its place of origin, between four neighbours.
function moved(values, angle, right, down) {
  const middle = (SIDE - 1) / 2;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return values.map((_, i) => {
    const [x, y] = [(i % SIDE) - middle - right, Math.floor(i / SIDE) - middle - down];
    const fromX = within(cos * x + sin * y + middle, 0, SIDE - 1);
    const fromY = within(-sin * x + cos * y + middle, 0, SIDE - 1);
    const [left, top] = [Math.min(Math.floor(fromX), SIDE - 2), Math.min(Math.floor(fromY), SIDE - 2)];
    const [a, b] = [fromX - left, fromY - top];
    const at = top * SIDE + left;
    const upper = values[at] * (1 - a) + values[at + 1] * a;
    const lower = values[at + SIDE] * (1 - a) + values[at + SIDE + 1] * a;
    return upper * (1 - b) + lower * b;
  });
}

// A Gaussian, cut off at three sigma, along the rows and then along the columns.
function blurred(values, sigma) {
  const reach = Math.ceil(3 * sigma);
  const weights = Array.from({ length: 2 * reach + 1 }, (_, k) => Math.exp(-((k - reach) ** 2) / (2 * sigma ** 2)));
  const all = weights.reduce((a, b) => a + b);
  const along = (grey, stepX, stepY) =>
    grey.map((_, i) => {
      const [x, y] = [i % SIDE, Math.floor(i / SIDE)];
      let sum = 0;
      weights.forEach((w, k) => {
        const column = within(x + stepX * (k - reach), 0, SIDE - 1);
        const row = within(y + stepY * (k - reach), 0, SIDE - 1);
        sum += (w / all) * grey[row * SIDE + column];
      });
      return sum;
    });
  return along(along(values, 1, 0), 0, 1);
}

// The face in other light and before another camera.
function taken(grey, change, grain) {
  let values = Float64Array.from(grey);
  if (change.turn || change.right || change.down) {
    values = moved(values, (change.turn * Math.PI) / 180, change.right, change.down);
  }
  if (change.blur) values = blurred(values, change.blur);
  const mean = values.reduce((a, b) => a + b) / PIXELS;
  return Uint8Array.from(values, (v, i) => {
    const value = ((v - mean) * change.contrast) / 100 + mean + change.light + (change.noise * grain[i]) / 32;
    return Math.floor(within(value, 0, 255) + 0.5);
  });
}

// The outline of one superpixel as an SVG path: its border edges, directed, chained into loops.
function outline(segments, which) {
  const inside = (x, y) => x >= 0 && y >= 0 && x < SIDE && y < SIDE && segments[y * SIDE + x] === which;
  const next = new Map();
  const edge = (x0, y0, x1, y1) => {
    const from = `${x0} ${y0}`;
    if (!next.has(from)) next.set(from, []);
    next.get(from).push(`${x1} ${y1}`);
  };
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      if (!inside(x, y)) continue;
      if (!inside(x, y - 1)) edge(x, y, x + 1, y);
      if (!inside(x + 1, y)) edge(x + 1, y, x + 1, y + 1);
      if (!inside(x, y + 1)) edge(x + 1, y + 1, x, y + 1);
      if (!inside(x - 1, y)) edge(x, y + 1, x, y);
    }
  }
  let path = "";
  for (const [start, ends] of next) {
    while (ends.length) {
      path += `M${start}`;
      for (let at = ends.pop(); at !== start; at = next.get(at).pop()) path += `L${at}`;
      path += "Z";
    }
  }
  return path;
}

function middles(segments, count) {
  const sums = Array.from({ length: count }, () => [0, 0, 0]);
  segments.forEach((s, i) => {
    sums[s][0] += (i % SIDE) + 0.5;
    sums[s][1] += Math.floor(i / SIDE) + 0.5;
    sums[s][2] += 1;
  });
  return sums.map(([x, y, n]) => [x / n, y / n]);
}

// Where in the face, in words.
function place([x, y]) {
  const row = ["top", "middle", "bottom"][Math.min(2, Math.floor((3 * y) / SIDE))];
  const column = ["left", "centre", "right"][Math.min(2, Math.floor((3 * x) / SIDE))];
  return row === "middle" && column === "centre" ? "centre" : `${row} ${column}`;
}
