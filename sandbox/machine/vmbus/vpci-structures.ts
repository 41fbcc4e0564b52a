/**
 * The structures of the virtual PCI bus, by the names of the interface. Those of packets that a guest
 * receives begin with the packet's descriptor. Slots, types and descriptors are kept whole.
 */
import { type Structure, structure } from '../memory/structure.ts';

export const PCI_VERSION = structure('pci_version', 4, {
  'parts.minor_version': [0, 2],
  'parts.major_version': [2, 2],
  version: [0, 4],
});

export const WIN_SLOT_ENCODING = structure('win_slot_encoding', 4, {
  'bits.dev': [0, 0, 0, 5],
  'bits.func': [0, 0, 5, 3],
  'bits.reserved': [1, 0, 0, 24],
  slot: [0, 4],
});

export const PCI_MESSAGE = structure('pci_message', 4, {
  type: [0, 4],
});

export const PCI_CHILD_MESSAGE = structure('pci_child_message', 8, {
  message_type: [0, 4],
  wslot: [4, 4],
});

export const PCI_INCOMING_MESSAGE = structure('pci_incoming_message', 20, {
  hdr: [0, 16],
  message_type: [16, 4],
});

export const PCI_RESPONSE = structure('pci_response', 20, {
  hdr: [0, 16],
  status: [16, 4],
});

export const PCI_FUNCTION_DESCRIPTION = structure('pci_function_description', 20, {
  v_id: [0, 2],
  d_id: [2, 2],
  rev: [4, 1],
  prog_intf: [5, 1],
  subclass: [6, 1],
  base_class: [7, 1],
  subsystem_id: [8, 4],
  win_slot: [12, 4],
  ser: [16, 4],
});

export const PCI_FUNCTION_DESCRIPTION2 = structure('pci_function_description2', 28, {
  v_id: [0, 2],
  d_id: [2, 2],
  rev: [4, 1],
  prog_intf: [5, 1],
  subclass: [6, 1],
  base_class: [7, 1],
  subsystem_id: [8, 4],
  win_slot: [12, 4],
  ser: [16, 4],
  flags: [20, 4],
  virtual_numa_node: [24, 2],
  reserved: [26, 2],
});

export const PCI_BUS_RELATIONS = structure('pci_bus_relations', 24, {
  'incoming.hdr': [0, 16],
  'incoming.message_type': [16, 4],
  device_count: [20, 4],
  func: [24, 0],
});

export const PCI_BUS_RELATIONS2 = structure('pci_bus_relations2', 24, {
  'incoming.hdr': [0, 16],
  'incoming.message_type': [16, 4],
  device_count: [20, 4],
  func: [24, 0],
});

export const PCI_Q_RES_REQ_RESPONSE = structure('pci_q_res_req_response', 44, {
  hdr: [0, 16],
  status: [16, 4],
  probed_bar: [20, 24],
});

export const PCI_VERSION_REQUEST = structure('pci_version_request', 8, {
  message_type: [0, 4],
  protocol_version: [4, 4],
});

export const PCI_BUS_D0_ENTRY = structure('pci_bus_d0_entry', 16, {
  message_type: [0, 4],
  reserved: [4, 4],
  mmio_base: [8, 8],
});

export const PCI_SET_POWER = structure('pci_set_power', 16, {
  message_type: [0, 4],
  wslot: [4, 4],
  power_state: [8, 4],
  reserved: [12, 4],
});

export const PCI_SET_POWER_RESPONSE = structure('pci_set_power_response', 32, {
  hdr: [0, 16],
  status: [16, 4],
  wslot: [20, 4],
  resultant_state: [24, 4],
  reserved: [28, 4],
});

export const PCI_RESOURCES_ASSIGNED = structure('pci_resources_assigned', 148, {
  message_type: [0, 4],
  wslot: [4, 4],
  memory_range: [8, 120],
  msi_descriptors: [128, 4],
  reserved: [132, 16],
});

export const PCI_RESOURCES_ASSIGNED2 = structure('pci_resources_assigned2', 202, {
  message_type: [0, 4],
  wslot: [4, 4],
  memory_range: [8, 120],
  msi_descriptor_count: [128, 4],
  reserved: [132, 70],
});

export const MSI_DESC = structure('hv_msi_desc', 16, {
  vector: [0, 1],
  delivery_mode: [1, 1],
  vector_count: [2, 2],
  reserved: [4, 4],
  cpu_mask: [8, 8],
});

export const MSI_DESC2 = structure('hv_msi_desc2', 70, {
  vector: [0, 1],
  delivery_mode: [1, 1],
  vector_count: [2, 2],
  processor_count: [4, 2],
  processor_array: [6, 64],
});

export const MSI_DESC3 = structure('hv_msi_desc3', 74, {
  vector: [0, 4],
  delivery_mode: [4, 1],
  reserved: [5, 1],
  vector_count: [6, 2],
  processor_count: [8, 2],
  processor_array: [10, 64],
});

export const TRAN_INT_DESC = structure('tran_int_desc', 16, {
  reserved: [0, 2],
  vector_count: [2, 2],
  data: [4, 4],
  address: [8, 8],
});

export const PCI_CREATE_INTERRUPT = structure('pci_create_interrupt', 24, {
  message_type: [0, 4],
  wslot: [4, 4],
  'int_desc.vector': [8, 1],
  'int_desc.delivery_mode': [9, 1],
  'int_desc.vector_count': [10, 2],
  'int_desc.reserved': [12, 4],
  'int_desc.cpu_mask': [16, 8],
});

export const PCI_CREATE_INTERRUPT2 = structure('pci_create_interrupt2', 78, {
  message_type: [0, 4],
  wslot: [4, 4],
  'int_desc.vector': [8, 1],
  'int_desc.delivery_mode': [9, 1],
  'int_desc.vector_count': [10, 2],
  'int_desc.processor_count': [12, 2],
  'int_desc.processor_array': [14, 64],
});

export const PCI_CREATE_INTERRUPT3 = structure('pci_create_interrupt3', 82, {
  message_type: [0, 4],
  wslot: [4, 4],
  'int_desc.vector': [8, 4],
  'int_desc.delivery_mode': [12, 1],
  'int_desc.reserved': [13, 1],
  'int_desc.vector_count': [14, 2],
  'int_desc.processor_count': [16, 2],
  'int_desc.processor_array': [18, 64],
});

export const PCI_CREATE_INT_RESPONSE = structure('pci_create_int_response', 40, {
  'response.hdr': [0, 16],
  'response.status': [16, 4],
  reserved: [20, 4],
  'int_desc.reserved': [24, 2],
  'int_desc.vector_count': [26, 2],
  'int_desc.data': [28, 4],
  'int_desc.address': [32, 8],
});

export const PCI_DELETE_INTERRUPT = structure('pci_delete_interrupt', 24, {
  message_type: [0, 4],
  wslot: [4, 4],
  'int_desc.reserved': [8, 2],
  'int_desc.vector_count': [10, 2],
  'int_desc.data': [12, 4],
  'int_desc.address': [16, 8],
});

export const PCI_DEV_INCOMING = structure('pci_dev_incoming', 24, {
  'incoming.hdr': [0, 16],
  'incoming.message_type': [16, 4],
  wslot: [20, 4],
});

export const PCI_EJECT_RESPONSE = structure('pci_eject_response', 12, {
  message_type: [0, 4],
  wslot: [4, 4],
  status: [8, 4],
});

export const PCI_READ_BLOCK = structure('pci_read_block', 16, {
  message_type: [0, 4],
  block_id: [4, 4],
  wslot: [8, 4],
  bytes_requested: [12, 4],
});

export const PCI_READ_BLOCK_RESPONSE = structure('pci_read_block_response', 148, {
  hdr: [0, 16],
  status: [16, 4],
  bytes: [20, 128],
});

export const PCI_WRITE_BLOCK = structure('pci_write_block', 144, {
  message_type: [0, 4],
  block_id: [4, 4],
  wslot: [8, 4],
  byte_count: [12, 4],
  bytes: [16, 128],
});

export const PCI_DEV_INVAL_BLOCK = structure('pci_dev_inval_block', 32, {
  'incoming.hdr': [0, 16],
  'incoming.message_type': [16, 4],
  wslot: [20, 4],
  block_mask: [24, 8],
});

/** All of the virtual PCI bus that is modelled. */
export const VPCI_STRUCTURES: readonly Structure[] = [
  PCI_VERSION,
  WIN_SLOT_ENCODING,
  PCI_MESSAGE,
  PCI_CHILD_MESSAGE,
  PCI_INCOMING_MESSAGE,
  PCI_RESPONSE,
  PCI_FUNCTION_DESCRIPTION,
  PCI_FUNCTION_DESCRIPTION2,
  PCI_BUS_RELATIONS,
  PCI_BUS_RELATIONS2,
  PCI_Q_RES_REQ_RESPONSE,
  PCI_VERSION_REQUEST,
  PCI_BUS_D0_ENTRY,
  PCI_SET_POWER,
  PCI_SET_POWER_RESPONSE,
  PCI_RESOURCES_ASSIGNED,
  PCI_RESOURCES_ASSIGNED2,
  MSI_DESC,
  MSI_DESC2,
  MSI_DESC3,
  TRAN_INT_DESC,
  PCI_CREATE_INTERRUPT,
  PCI_CREATE_INTERRUPT2,
  PCI_CREATE_INTERRUPT3,
  PCI_CREATE_INT_RESPONSE,
  PCI_DELETE_INTERRUPT,
  PCI_DEV_INCOMING,
  PCI_EJECT_RESPONSE,
  PCI_READ_BLOCK,
  PCI_READ_BLOCK_RESPONSE,
  PCI_WRITE_BLOCK,
  PCI_DEV_INVAL_BLOCK,
];
