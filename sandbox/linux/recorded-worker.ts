import { RecordedPlayer } from './recorded-session.ts';
import { post, serve } from './worker-scope.ts';

/** Entry of the worker that plays a recorded session. */

const player = new RecordedPlayer(post);

serve((message) => {
  switch (message.type) {
    case 'start':
      return player.start(message);
    case 'play':
      return player.play(message.perSecond);
    case 'pause':
      return player.pause();
    case 'step':
      return player.step();
    case 'jump':
      return player.jump(message.phase);
    case 'profile':
      return player.setProfile(message.profile);
    default:
  }
});
