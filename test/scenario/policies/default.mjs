export default { name: "standard", summary: "a default export", create: () => ({ dispatch() {} }) };
