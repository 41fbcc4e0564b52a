import { LiveSession } from './live-session.ts';
import { post, serve } from './worker-scope.ts';

/** Entry of the worker in which a live Linux runs. */

const session = new LiveSession(post);

serve((message) => {
  if (message.type === 'start') return session.start(message);
  if (message.type === 'type') session.type(message.text);
  if (message.type === 'profile') session.setProfile(message.profile);
});
