// Local response normalization of pixels in channels_last memory, one thread an element, nothing shared between threads: the same
// text is compiled for the GPU where it runs (kernels/cuda_kernels.hpp) and by the tests for the CPU. T: float or unsigned short
// with the bits of a bfloat16. The formulas: kernels/lrn_rows.hpp; d = k + alpha * window sum is kept for the gradient.

struct LrnNumbers {
  int channels, radius;
  float k, alpha, beta;
};

DEVICE inline float widened(float v) { return v; }
DEVICE inline float widened(unsigned short bits) { return bits_to_float((unsigned int)bits << 16); }
DEVICE inline void store(float v, float* out) { *out = v; }
DEVICE inline void store(float v, unsigned short* out) {
  const unsigned int bits = float_to_bits(v);
  *out = (unsigned short)(v == v ? (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16 : (bits >> 16) | 0x40u);
}

struct Powers {
  float power, over_d;  // d^-beta, d^(-beta-1)
};

// The tutorial's exponent without a logarithm or a division.
DEVICE inline Powers powers(float d, float beta) {
  if (beta != 0.75f) {
    const float p = powf(d, -beta);
    return {p, p / d};
  }
  const float r = reciprocal_root(d), p = r * sqrtf(r);
  return {p, p * r * r};
}

DEVICE inline int first_of(int c, const LrnNumbers& n) { return c < n.radius ? -c : -n.radius; }
DEVICE inline int last_of(int c, const LrnNumbers& n) {
  const int left = n.channels - 1 - c;
  return left < n.radius ? left : n.radius;
}

template <typename T>
DEVICE inline void lrn_element(long long i, const T* x, T* y, float* d, const LrnNumbers& n) {
  const int c = (int)(i % n.channels);
  float sum = 0;
  for (int j = first_of(c, n); j <= last_of(c, n); ++j) {
    const float v = widened(x[i + j]);
    sum += v * v;
  }
  d[i] = n.k + n.alpha * sum;
  store(widened(x[i]) * powers(d[i], n.beta).power, y + i);
}

template <typename T>
DEVICE inline void lrn_gradient_element(long long i, const T* x, const T* g, const float* d, T* dx, const LrnNumbers& n) {
  const int c = (int)(i % n.channels);
  float sum = 0;
  for (int j = first_of(c, n); j <= last_of(c, n); ++j)
    sum += widened(g[i + j]) * widened(x[i + j]) * powers(d[i + j], n.beta).over_d;
  store(widened(g[i]) * powers(d[i], n.beta).power - 2 * n.alpha * n.beta * widened(x[i]) * sum, dx + i);
}

#ifdef KERNELS
#define EACH_ELEMENT(i, count)                                                                    \
  for (long long i = blockIdx.x * (long long)blockDim.x + threadIdx.x; i < (count); i += (long long)gridDim.x * blockDim.x)

extern "C" __global__ void lrn_float32(const float* x, float* y, float* d, long long count, LrnNumbers n) {
  EACH_ELEMENT(i, count) lrn_element(i, x, y, d, n);
}
extern "C" __global__ void lrn_bfloat16(const unsigned short* x, unsigned short* y, float* d, long long count, LrnNumbers n) {
  EACH_ELEMENT(i, count) lrn_element(i, x, y, d, n);
}
extern "C" __global__ void lrn_gradient_float32(const float* x, const float* g, const float* d, float* dx, long long count, LrnNumbers n) {
  EACH_ELEMENT(i, count) lrn_gradient_element(i, x, g, d, dx, n);
}
extern "C" __global__ void lrn_gradient_bfloat16(const unsigned short* x, const unsigned short* g, const float* d, unsigned short* dx,
                                                 long long count, LrnNumbers n) {
  EACH_ELEMENT(i, count) lrn_gradient_element(i, x, g, d, dx, n);
}
#endif
