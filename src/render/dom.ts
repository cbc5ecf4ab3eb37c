import { JSDOM } from "jsdom";

/** An empty SVG document, and how it becomes text. */
export interface SvgDocument {
  readonly root: SVGSVGElement;
  /** The document as well-formed XML, one element a line. */
  serialize(): string;
}

/**
 * Opens an SVG document outside a browser. The only file that imports jsdom, which takes most of a second to load:
 * import it dynamically, where a picture is wanted.
 */
export function openSvg(): SvgDocument {
  const { window } = new JSDOM(`<svg xmlns="http://www.w3.org/2000/svg"/>`, { contentType: "image/svg+xml" });
  return {
    root: window.document.documentElement as unknown as SVGSVGElement,
    // "><" only stands between tags: in texts and attributes ">" is escaped.
    serialize: () => `${new window.XMLSerializer().serializeToString(window.document).replace(/>(?=<(?!\/|title))/g, ">\n")}\n`,
  };
}
