// The same bytes elsewhere, sixteen a thread: what bandwidth a kernel can have.
// Given by the prelude: threads.

struct Size { vectors: u32 }

@group(0) @binding(0) var<storage, read> source: array<vec4u>;
@group(0) @binding(1) var<storage, read_write> result: array<vec4u>;
@group(0) @binding(2) var<uniform> size: Size;

@compute @workgroup_size(threads)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let index = (group.y * groups.x + group.x) * threads + thread;
  if (index < size.vectors) { result[index] = source[index]; }
}
