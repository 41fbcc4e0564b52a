/** Classes of channels (facts, section 4.5). */
export const CLASS_NETWORK = 'f8615163-df3e-46c5-913f-f2d2f965ed0e';
export const CLASS_SCSI = 'ba6163d9-04a1-4d29-b605-72e2ffb1dc7f';
export const CLASS_IDE = '32412632-86cb-44a2-9b5c-50d1417354f5';
export const CLASS_FIBRE_CHANNEL = '2f9bcc4a-0069-4af3-b76b-6fd0be528cda';
export const CLASS_VPCI = '44c4f61d-4444-4400-9d52-802e27ede19f';
export const CLASS_NETWORK_DIRECT = '8c2eaf3d-32a7-4b09-ab99-bd1f1c86b501';
export const CLASS_VIDEO = 'da0a7802-e377-4aac-8e77-0558eb1073f8';
export const CLASS_KEYBOARD = 'f912ad6d-2b17-48ea-bd65-f927a61c7684';
export const CLASS_MOUSE = 'cfa8b69e-5b4a-4cc0-b98b-8ba1a1f3f95a';
export const CLASS_HEARTBEAT = '57164f39-9115-4e78-ab55-382f3bd5422d';
export const CLASS_SHUTDOWN = '0e0b6031-5213-4934-818b-38d90ced39db';
export const CLASS_TIME_SYNC = '9527e630-d0ae-497b-adce-e80ab0175caf';
export const CLASS_KEY_VALUE = 'a9a0f4e7-5a45-4d96-b827-8a841e8c03e6';
export const CLASS_BACKUP = '35fa2e29-ea23-4236-96ae-3a6ebacba440';
export const CLASS_DYNAMIC_MEMORY = '525074dc-8985-46e2-8057-a307dc18a502';
export const CLASS_FILE_COPY = '34d14be3-dee4-41c8-9ae7-6b174977c192';

/** Place of each byte of the wire form in the written form: the first three fields are little-endian. */
const ORDER = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];

/** The 16 bytes of a GUID as they travel. */
export function guidBytes(text: string): Uint8Array {
  const digits = text.replaceAll('-', '');
  return Uint8Array.from(ORDER, (at) => Number.parseInt(digits.slice(2 * at, 2 * at + 2), 16));
}

/** A GUID in lower-case letters, from its 16 bytes at `offset`. */
export function guidText(bytes: Uint8Array, offset = 0): string {
  const digits = ORDER.map((at) => (bytes[offset + at] ?? 0).toString(16).padStart(2, '0'));
  const text = digits.join('');
  const cuts = [0, 8, 12, 16, 20, 32];
  return cuts
    .slice(1)
    .map((end, i) => text.slice(cuts[i], end))
    .join('-');
}
