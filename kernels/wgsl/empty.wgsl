// Nothing: what remains is the cost of a launch.

@compute @workgroup_size(1)
fn main() {}
