/**
 * All that runs in the frame's own thread: it starts the worker, and says that it is there when asked. Its
 * text is the same in every frame, so that the page's policy can name its hash; the nonce comes as the
 * frame's name.
 */
const page = window.parent;
const nonce = window.name;
window.name = '';
let worker: Worker | undefined;

addEventListener('message', (event) => {
  if (event.source !== page || event.data?.nonce !== nonce) return;
  if (event.data.ask) return page.postMessage({ nonce, answer: true }, '*');
  if (worker) return;
  const script = new Blob([event.data.script], { type: 'text/javascript' });
  worker = new Worker(URL.createObjectURL(script));
  worker.onerror = (error) => {
    error.preventDefault();
    page.postMessage({ nonce, failed: error.message || 'its worker failed' }, '*');
  };
  worker.postMessage({ nonce, script }, [event.ports[0] as MessagePort]);
});
page.postMessage({ nonce }, '*');
