/* The texts of a page whose contrast with what is behind them is below WCAG 2.2 AA (4.5, of large ones 3). */
(() => {
  const parts = (colour) => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = (colour) => {
    const [red, green, blue] = parts(colour)
      .slice(0, 3)
      .map((each) => {
        const part = each / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const behind = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const colour = getComputedStyle(each).backgroundColor;
      if ((parts(colour)[3] ?? 1) > 0 && colour !== "transparent") return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || element.closest("script, noscript, datalist") || !element.checkVisibility()) continue;
    const style = getComputedStyle(element);
    const [front, back] = [element instanceof SVGElement ? style.fill : style.color, behind(element)];
    const [light, dark] = [luminance(front), luminance(back)].sort((one, other) => other - one);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const contrast = (light + 0.05) / (dark + 0.05);
    if (contrast < (large ? 3 : 4.5))
      found.push(`${node.data.trim().slice(0, 40)}: ${front} on ${back}, ${contrast.toFixed(2)}`);
  }
  return found;
})();
