export default { name: "is-async", summary: "would place operators later", create: () => ({ async dispatch() {} }) };
