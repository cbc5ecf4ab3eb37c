export default { name: "returns-nothing", summary: "makes nothing", create() {} };
