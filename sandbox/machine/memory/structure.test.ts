import { expect, test } from 'vitest';
import { structure } from './structure.ts';

test('a structure gives the offset of each of its fields', () => {
  const message = structure('hv_message_header', 16, {
    message_type: [0, 4],
    payload_size: [4, 1],
    msg_pending: [5, 0, 0, 1],
    sender: [8, 8],
  });
  expect(message.at.sender).toBe(8);
  expect(message.at.msg_pending).toBe(5);
  expect(message.fields.msg_pending).toEqual([5, 0, 0, 1]);
});
