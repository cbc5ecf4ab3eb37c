import { Registry } from "../../base/registry.ts";
import type { LibraryLink } from "./entry.ts";

const measuredCopy = "latency: host-to-device copies on four K40m take 10 to 11 µs, StarPU bus calibration of the node sirocco";
const pcieShare = "efficiency: 12.36 of 15.75 GB/s, nvbandwidth README, host_to_device_memcpy_ce";

/** Real links. Latencies are those of a copy issued by software, not of one packet. */
export const links = new Registry<LibraryLink>("link", [
  pcie("pcie3-x16", "PCI Express 3.0, 16 lanes", "15.75GB/s", "8 GT/s × 16 × 128/130: PCI-SIG, Base Specification 3.0"),
  pcie("pcie4-x16", "PCI Express 4.0, 16 lanes", "31.5GB/s", "16 GT/s × 16 × 128/130: PCI-SIG, Base Specification 4.0"),
  pcie("pcie5-x16", "PCI Express 5.0, 16 lanes", "63GB/s", "32 GT/s × 16 × 128/130: PCI-SIG, Base Specification 5.0"),
  pcie("pcie4-x8", "PCI Express 4.0, 8 lanes", "15.75GB/s", "16 GT/s × 8 × 128/130: PCI-SIG, Base Specification 4.0"),
  pcie("cxl2-x16", "CXL 2.0 over PCI Express 5.0, 16 lanes: memory in the address space of the CPU", "63GB/s", "CXL Consortium, Specification 2.0", { latency: "400ns", why: "latency: loads take 250 to 400 ns, Sun et al., Demystifying CXL Memory with Genuine CXL-Ready Systems and Devices, MICRO 2023" }),
  nvlink("nvlink2", "one NVLink 2 link (V100 has 6)", "25GB/s", "NVIDIA Tesla V100 whitepaper (WP-08608), 2017: 25 GB/s a link and direction"),
  nvlink("nvlink3", "one NVLink 3 link (A100 has 12)", "25GB/s", "NVIDIA A100 whitepaper, 2020: 25 GB/s a link and direction"),
  nvlink("nvlink4", "one NVLink 4 link (H100 has 18)", "25GB/s", "NVIDIA H100 architecture whitepaper, 2022: 25 GB/s a link and direction"),
  { name: "infinity-fabric-3", summary: "one AMD Infinity Fabric link between accelerators (MI300X has 7)", link: { latency: "5us", bandwidth: "64GB/s", efficiency: "75%", source: "AMD Instinct MI300X data sheet, 2023: 128 GB/s both directions together; latency and efficiency: conservative" } },
  { name: "xgmi2", summary: "one Infinity Fabric link between EPYC sockets of the 7003 series (two sockets have 4)", link: { latency: "200ns", bandwidth: "36GB/s", efficiency: "80%", source: "16 lanes × 18 GT/s: AMD EPYC 7003 architecture overview, 2021; latency and efficiency: conservative" } },
  { name: "xgmi3", summary: "one Infinity Fabric link between EPYC sockets of the 9004 series (two sockets have 4)", link: { latency: "200ns", bandwidth: "64GB/s", efficiency: "80%", source: "16 lanes × 32 GT/s: AMD EPYC 9004 architecture overview, 2022; latency and efficiency: conservative" } },
  { name: "usb3", summary: "USB 3.2 gen 1", link: { latency: "100us", bandwidth: "500MB/s", efficiency: "75%", duplex: "full", source: "5 Gbit/s less 8b/10b coding: USB 3.2 Specification, 2017; latency and efficiency: conservative" } },
  { name: "ethernet-100g", summary: "100 Gbit Ethernet between hosts", link: { latency: "15us", bandwidth: "100Gbit/s", efficiency: "90%", source: "IEEE 802.3bj; latency through the kernel's TCP stack and efficiency: conservative" } },
  { name: "infiniband-hdr", summary: "200 Gbit InfiniBand between hosts", link: { latency: "2us", bandwidth: "200Gbit/s", efficiency: "90%", source: "NVIDIA ConnectX-6 product brief, 2020; latency of an MPI message and efficiency: conservative" } },
]);

function pcie(name: string, summary: string, bandwidth: string, source: string, { latency, why } = { latency: "10us", why: measuredCopy }): LibraryLink {
  return { name, summary, link: { latency, bandwidth, efficiency: "78%", duplex: "full", sharing: "shared", source: `${source}; ${pcieShare}; ${why}` } };
}

function nvlink(name: string, summary: string, bandwidth: string, source: string): LibraryLink {
  return { name, summary, link: { latency: "9us", bandwidth, efficiency: "90%", duplex: "full", sharing: "shared", source: `${source}; latency of a peer copy and efficiency: Li et al., Evaluating Modern GPU Interconnect, IEEE TPDS 31(1), 2020` } };
}
