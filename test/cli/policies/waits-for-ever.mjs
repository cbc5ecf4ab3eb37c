await new Promise(() => {});
export default { name: "waits-for-ever", summary: "is never loaded", create: () => ({ dispatch() {} }) };
