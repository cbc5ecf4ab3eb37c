throw new Error("no licence\nfor this");
