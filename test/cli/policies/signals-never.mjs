export default { name: "signals-never", summary: "a synchronization policy that shows nothing", create: () => ({ ended() {} }) };
