// A convolution over two spatial dimensions, images as n × channels × height × width, as its definition says: a thread
// computes one element of the output. Right for few channels and for depthwise convolutions, where nothing is shared.
// Given by the prelude: Element; threads.

struct Size {
  n: u32, cIn: u32, h: u32, w: u32,
  cOut: u32, hOut: u32, wOut: u32, groups: u32,
  kh: u32, kw: u32, strideY: u32, strideX: u32,
  padTop: u32, padLeft: u32,
}

@group(0) @binding(0) var<storage, read> image: array<Element>;
@group(0) @binding(1) var<storage, read> weight: array<Element>;
@group(0) @binding(2) var<storage, read_write> result: array<Element>;
@group(0) @binding(3) var<uniform> size: Size;

@compute @workgroup_size(threads)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let index = (group.y * groups.x + group.x) * threads + thread;
  if (index >= size.n * size.cOut * size.hOut * size.wOut) { return; }
  let x = index % size.wOut;
  let y = (index / size.wOut) % size.hOut;
  let channel = (index / (size.wOut * size.hOut)) % size.cOut;
  let picture = index / (size.wOut * size.hOut * size.cOut);
  let channels = size.cIn / size.groups;
  let first = channel / (size.cOut / size.groups) * channels;
  var sum = 0f;
  for (var c = 0u; c < channels; c++) {
    for (var dy = 0u; dy < size.kh; dy++) {
      // Positions above or left of the image wrap around to large numbers, so that one comparison finds both ends.
      let row = y * size.strideY + dy - size.padTop;
      if (row >= size.h) { continue; }
      for (var dx = 0u; dx < size.kw; dx++) {
        let column = x * size.strideX + dx - size.padLeft;
        if (column >= size.w) { continue; }
        let pixel = image[((picture * size.cIn + first + c) * size.h + row) * size.w + column];
        sum = fma(f32(pixel), f32(weight[((channel * channels + c) * size.kh + dy) * size.kw + dx]), sum);
      }
    }
  }
  result[index] = Element(sum);
}
