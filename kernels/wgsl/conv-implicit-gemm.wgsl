// A convolution over two spatial dimensions, images as n × channels × height × width, as a matrix product: weights
// (channels out by channels in × window) times the image unrolled into columns (one a position of the output), which is
// never stored but looked up where a slice of it is brought into workgroup memory. One layer of workgroups a group.
// Given by the prelude: Element; threadsX, threadsY, blockX, blockY, depth as in matmul.wgsl.

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

const tileM = threadsY * blockY;
const tileN = threadsX * blockX;
const threads = threadsX * threadsY;

var<workgroup> sliceW: array<array<Element, tileM + 1>, depth>;
var<workgroup> slicePixels: array<array<Element, tileN>, depth>;

/** What the window over output position `position` sees at `k`, counted over channels of the group, rows, columns. */
fn pixelAt(position: u32, k: u32, firstChannel: u32) -> Element {
  let x = position % size.wOut;
  let y = (position / size.wOut) % size.hOut;
  let picture = position / (size.wOut * size.hOut);
  let row = y * size.strideY + (k / size.kw) % size.kh - size.padTop;
  let column = x * size.strideX + k % size.kw - size.padLeft;
  // Positions above or left of the image have wrapped around to large numbers.
  if (row >= size.h || column >= size.w) { return Element(0); }
  return image[((picture * size.cIn + firstChannel + k / (size.kw * size.kh)) * size.h + row) * size.w + column];
}

@compute @workgroup_size(threadsX, threadsY)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u, @builtin(local_invocation_index) thread: u32) {
  let m = size.cOut / size.groups;
  let n = size.n * size.hOut * size.wOut;
  let channels = size.cIn / size.groups;
  let kEnd = channels * size.kh * size.kw;
  let row0 = group.y * tileM;
  let column0 = group.x * tileN;
  var sums: array<array<f32, blockX>, blockY>;
  for (var k0 = 0u; k0 < kEnd; k0 += depth) {
    for (var i = thread; i < tileM * depth; i += threads) {
      let row = row0 + i / depth;
      let k = k0 + i % depth;
      var value = Element(0);
      if (row < m && k < kEnd) { value = weight[(group.z * m + row) * kEnd + k]; }
      sliceW[i % depth][i / depth] = value;
    }
    for (var i = thread; i < tileN * depth; i += threads) {
      let k = k0 + i / tileN;
      let column = column0 + i % tileN;
      var value = Element(0);
      if (column < n && k < kEnd) { value = pixelAt(column, k, group.z * channels); }
      slicePixels[i / tileN][i % tileN] = value;
    }
    workgroupBarrier();
    for (var k = 0u; k < depth; k++) {
      var right: array<f32, blockX>;
      for (var x = 0u; x < blockX; x++) { right[x] = f32(slicePixels[k][local.x + x * threadsX]); }
      for (var y = 0u; y < blockY; y++) {
        let left = f32(sliceW[k][local.y * blockY + y]);
        for (var x = 0u; x < blockX; x++) { sums[y][x] = fma(left, right[x], sums[y][x]); }
      }
    }
    workgroupBarrier();
  }
  let positions = size.hOut * size.wOut;
  for (var y = 0u; y < blockY; y++) {
    let row = row0 + local.y * blockY + y;
    for (var x = 0u; x < blockX; x++) {
      let column = column0 + local.x + x * threadsX;
      if (row < m && column < n) {
        result[(column / positions * size.cOut + group.z * m + row) * positions + column % positions] = Element(sums[y][x]);
      }
    }
  }
}
