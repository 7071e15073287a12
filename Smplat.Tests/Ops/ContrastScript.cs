namespace Smplat.Tests.Ops;

/// <summary>Finds text with too little contrast to its background: less than 4.5 to 1, or 3 to 1 when large.</summary>
internal static class ContrastScript
{
    public const string Text =
        """
        () => {
          const parts = (colour) => (colour.match(/[\d.]+/g) ?? [0, 0, 0, 0]).map(Number);
          const light = ([r, g, b]) => {
            const [x, y, z] = [r, g, b].map((c) => { c /= 255; return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; });
            return 0.2126 * x + 0.7152 * y + 0.0722 * z;
          };
          const behind = (element) => {
            for (let at = element; at; at = at.parentElement) {
              const colour = parts(getComputedStyle(at).backgroundColor);
              if (colour.length === 3 || colour[3] > 0) return colour;
            }
            return [255, 255, 255];
          };
          const found = [];
          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          while (walker.nextNode()) {
            const element = walker.currentNode.parentElement;
            const box = element.getBoundingClientRect();
            if (!walker.currentNode.textContent.trim() || !box.width || !element.checkVisibility() || element.closest('.unseen, .skip, script, title, desc')) continue;
            const style = getComputedStyle(element);
            const ink = element.ownerSVGElement ? parts(style.fill) : parts(style.color);
            const [a, b] = [light(ink), light(behind(element))].sort((x, y) => y - x);
            const ratio = (a + 0.05) / (b + 0.05);
            if (ratio < (parseFloat(style.fontSize) >= 24 ? 3 : 4.5)) {
              found.push(`${element.tagName}.${element.getAttribute('class')} "${walker.currentNode.textContent.trim().slice(0, 30)}" ${ratio.toFixed(2)}`);
            }
          }
          return found;
        }
        """;
}
