/**
 * Sends a frame down each lane when the drawing comes into view and after each run; never moves anything for
 * readers who asked for calm. Runs the model in the reader's browser on request.
 */
const hero = document.querySelector<HTMLElement>('.hero-machine');
const form = hero?.querySelector('form');
const calm = matchMedia('(prefers-reduced-motion: reduce)');

function send(): void {
  if (calm.matches || !hero) return;
  for (const frame of hero.querySelectorAll('.frame')) frame.classList.add('is-out');
  for (const motion of hero.querySelectorAll<SVGAnimateMotionElement>('animateMotion'))
    motion.beginElement();
}

async function run(): Promise<void> {
  const status = form?.querySelector('[role="status"]');
  const button = form?.querySelector('button');
  if (!hero || !form || !status || !button) return;
  const data = new FormData(form);
  button.disabled = true;
  status.textContent = 'Running …';
  try {
    const { runLive } = await import('./live.ts');
    await runLive(hero, { frame: Number(data.get('frame')), profile: String(data.get('profile')) });
    status.textContent = 'Computed in your browser.';
    send();
  } catch (error) {
    status.textContent = `It did not run: ${error instanceof Error ? error.message : String(error)}`;
  }
  button.disabled = false;
}

if (hero && form) {
  form.hidden = false;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void run();
  });
  const seen = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    seen.disconnect();
    setTimeout(send, 700);
  });
  seen.observe(hero);
}
