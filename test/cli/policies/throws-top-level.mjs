throw new Error("not on this machine");
