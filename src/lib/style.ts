/**
 * Gives the page the style of something that is loaded when it is wanted. Such a module imports its style
 * sheet as text (`import css from './part.css?inline'`) and calls this before it draws: the style comes with the code,
 * in the same file. Imported the other way (`import './part.css'`), Astro puts it into every page that could ever
 * load the module. The policy allows it: a sheet made here is no inline style.
 */
export function addStyle(css: string): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  document.adoptedStyleSheets.push(sheet);
}
