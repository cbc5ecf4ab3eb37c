export const helper = 3;
export const only = { name: "only", summary: "the only policy here", create: () => ({ dispatch() {} }) };
