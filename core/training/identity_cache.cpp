// SPDX-License-Identifier: Apache-2.0
#include "core/training/identity_cache.h"

#include "core/base/error.h"
#include "core/nn/safetensors.h"
#include "core/training/cache_files.h"
#include "core/training/identity_stems.h"

namespace portrait {
namespace fs = std::filesystem;

std::vector<fs::path> list_identity_cache(const fs::path& folder, bool held_out) {
  return list_cache_files(folder, identity_stem(held_out));
}

void IdentityFaces::add_person(const std::uint8_t* pixels, const std::vector<float>& azimuths) {
  const std::size_t bytes = azimuths.size() * kIdentityCachePx * kIdentityCachePx * 3;
  person.insert(person.end(), azimuths.size(), people());
  faces.insert(faces.end(), pixels, pixels + bytes);
  azimuth_deg.insert(azimuth_deg.end(), azimuths.begin(), azimuths.end());
  first.push_back(count());
}

void append_identity_faces(const fs::path& path, IdentityFaces& faces) {
  const SafetensorsFile file(path);
  check(file.contains("faces") && file.contains("azimuth_deg"), ErrorCode::kCorrupt,
        "\"{}\" is not a file of the identity cache; remove it", path.string());
  const TensorView& pixels = file.at("faces");
  const std::vector<float> azimuths = file.floats("azimuth_deg");
  const std::int64_t side = kIdentityCachePx;
  check(pixels.dtype == DType::kU8 && !azimuths.empty() &&
            pixels.shape == std::vector<std::int64_t>{std::int64_t(azimuths.size()), side, side, 3},
        ErrorCode::kCorrupt, "\"{}\" is not a file of the identity cache; remove it",
        path.string());
  faces.add_person(reinterpret_cast<const std::uint8_t*>(pixels.data.data()), azimuths);
}

}  // namespace portrait
