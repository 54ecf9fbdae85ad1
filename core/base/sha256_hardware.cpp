// SPDX-License-Identifier: Apache-2.0
#include "core/base/sha256.h"

#if defined(__x86_64__)
#include "core/base/sha256_rounds.h"

#include <cpuid.h>
#include <immintrin.h>

namespace portrait {
namespace {

bool has_sha_instructions() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0) return false;
  return (b >> 29 & 1) != 0 && __builtin_cpu_supports("sse4.1");
}

// Intel's instructions do two rounds on the state as ABEF and CDGH (Gulley et al., "Intel SHA
// Extensions", 2013).
__attribute__((target("sha,sse4.1"))) void compress(Sha256::State& state,
                                                    const unsigned char* blocks,
                                                    std::size_t count) {
  const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
  auto* words = reinterpret_cast<__m128i*>(state.data());
  const __m128i cdab = _mm_shuffle_epi32(_mm_loadu_si128(words), 0xb1);
  const __m128i efgh = _mm_shuffle_epi32(_mm_loadu_si128(words + 1), 0x1b);
  __m128i abef = _mm_alignr_epi8(cdab, efgh, 8);
  __m128i cdgh = _mm_blend_epi16(efgh, cdab, 0xf0);
  for (; count > 0; --count, blocks += 64) {
    const __m128i abef_before = abef;
    const __m128i cdgh_before = cdgh;
    __m128i w[4];
    for (int i = 0; i < 4; ++i) {
      const auto* four = reinterpret_cast<const __m128i*>(blocks + 16 * i);
      w[i] = _mm_shuffle_epi8(_mm_loadu_si128(four), swap);
    }
#pragma GCC unroll 16
    for (int i = 0; i < 16; ++i) {
      const auto* round = reinterpret_cast<const __m128i*>(kSha256Rounds.data() + 4 * i);
      const __m128i sum = _mm_add_epi32(w[i % 4], _mm_loadu_si128(round));
      cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);
      abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sum, 0x0e));
      if (i >= 12) continue;
      // Words 4 i + 16 ... 4 i + 19 take the place of 4 i ... 4 i + 3.
      const __m128i seventh = _mm_alignr_epi8(w[(i + 3) % 4], w[(i + 2) % 4], 4);
      const __m128i part = _mm_sha256msg1_epu32(w[i % 4], w[(i + 1) % 4]);
      w[i % 4] = _mm_sha256msg2_epu32(_mm_add_epi32(part, seventh), w[(i + 3) % 4]);
    }
    abef = _mm_add_epi32(abef, abef_before);
    cdgh = _mm_add_epi32(cdgh, cdgh_before);
  }
  const __m128i feba = _mm_shuffle_epi32(abef, 0x1b);
  const __m128i dchg = _mm_shuffle_epi32(cdgh, 0xb1);
  _mm_storeu_si128(words, _mm_blend_epi16(feba, dchg, 0xf0));
  _mm_storeu_si128(words + 1, _mm_alignr_epi8(dchg, feba, 8));
}

}  // namespace

Sha256::Compress Sha256::hardware_compress() {
  static const bool present = has_sha_instructions();
  return present ? &compress : nullptr;
}

}  // namespace portrait

#else

namespace portrait {

Sha256::Compress Sha256::hardware_compress() {
  return nullptr;
}

}  // namespace portrait

#endif
