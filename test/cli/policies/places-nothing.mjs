export default { name: "places-nothing", summary: "never places an operator", create: () => ({ dispatch() {} }) };
