"""What can be read, as a number that a page works out of itself."""

CONTRAST = """
element => {
  const light = ([r, g, b]) => [r, g, b]
    .map(c => c / 255)
    .map(c => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const parse = text => text.match(/[\\d.]+/g).map(Number);
  let ground = element;
  let colour = parse(getComputedStyle(ground).backgroundColor);
  while (colour.length === 4 && colour[3] === 0 && ground.parentElement) {
    ground = ground.parentElement;
    colour = parse(getComputedStyle(ground).backgroundColor);
  }
  const pair = [light(colour), light(parse(getComputedStyle(element).color))].sort((a, b) => b - a);
  return (pair[0] + 0.05) / (pair[1] + 0.05);
}
"""
"""Contrast ratio of an element's text as WCAG 2.2 defines it."""
