/**
 * The address that the site was copied to, with a trailing slash: `/` on its own host, `/docs/course/` on
 * someone else's. Every page carries `<link rel="home">`, which the build makes relative.
 */
export function siteRoot(): URL {
  const home = document.querySelector<HTMLLinkElement>('link[rel="home"]');
  return new URL(home?.href ?? '/', document.baseURI);
}
