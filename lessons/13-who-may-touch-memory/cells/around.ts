import { aroundIommu, knob } from 'two-checkboxes';

const redirect = knob('ACS: redirect requests to peers', false);
const validate = knob('ACS: validate the source', true);

export default aroundIommu({ redirect, validate }).report;
