// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace portrait {

// Aligned faces of synthetic people, several photos of each, one safetensors file per person
// ("identity_000123.safetensors", held-out people "heldout_000123..."):
//   faces        U8  [P, 144, 144, 3]  sRGB; the networks' crop of 112 and 16 pixels round it
//   azimuth_deg  F32 [P]               of the camera round the head, 0 = from the front
// Eyes, nose and corners of the mouth lie as near to the template (identity_alignment.h) as
// turning, scaling and shifting the photo brings them.
inline constexpr int kIdentityFacePx = 112;
inline constexpr int kIdentityMarginPx = 16;
inline constexpr int kIdentityCachePx = kIdentityFacePx + 2 * kIdentityMarginPx;

std::vector<std::filesystem::path> list_identity_cache(const std::filesystem::path& folder,
                                                       bool held_out);

// Faces in memory, those of one person side by side.
struct IdentityFaces {
  std::vector<std::uint8_t> faces;  // [count, 144, 144, 3]
  std::vector<float> azimuth_deg;   // [count]
  std::vector<int> person;          // [count], 0 .. people() - 1, never falling
  std::vector<int> first = {0};     // of each person, and behind the last one `count`

  int count() const { return int(azimuth_deg.size()); }
  int people() const { return int(first.size()) - 1; }
  const std::uint8_t* face(int i) const {
    return faces.data() + std::size_t(i) * kIdentityCachePx * kIdentityCachePx * 3;
  }
  // One more person. pixels: [azimuths.size(), 144, 144, 3].
  void add_person(const std::uint8_t* pixels, const std::vector<float>& azimuths);
};

// Appends the person of a file. Throws kCorrupt (not a file of this cache), kNotFound.
void append_identity_faces(const std::filesystem::path& file, IdentityFaces& faces);

}  // namespace portrait
