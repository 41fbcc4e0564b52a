/** Sends a frame down each lane: once when the page opens, again at a press. Never for who asked for calm. */
const hero = document.querySelector<HTMLElement>('.hero-machine');
const send = hero?.querySelector<HTMLButtonElement>('[data-send]');

function go(): void {
  for (const frame of hero?.querySelectorAll<SVGGElement>('.frame') ?? []) frame.classList.add('is-out');
  for (const motion of hero?.querySelectorAll<SVGAnimateMotionElement>('animateMotion') ?? [])
    motion.beginElement();
}

if (hero && send && !matchMedia('(prefers-reduced-motion: reduce)').matches) {
  send.hidden = false;
  send.addEventListener('click', go);
  const seen = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    seen.disconnect();
    setTimeout(go, 600);
  });
  seen.observe(hero);
}
