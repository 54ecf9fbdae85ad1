// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace portrait {

using Triangle = std::array<std::uint32_t, 3>;

// What a piece of surface is; also the label in SubjectView::part.
enum class Part : std::uint8_t {
  kNone = 0,
  kSkin = 1,
  kMouth = 2,  // gums, tongue
  kTeeth = 3,
  kEye = 4,
  kHair = 5,
  kCloth = 6,
  kGlasses = 7,
};
inline constexpr int kParts = 8;

// Which of several like things a head vertex belongs to.
enum class HeadRegion : std::uint8_t {
  kFace,
  kBackHead,
  kMouthInside,
  kTeeth,
  kEyeLeft,
  kEyeRight
};

// The morphable head, in centimetres, axes as the world's. Vertices that no kept face uses are
// dropped. A head is neutral + sum_k a_k identity[k] + sum_j e_j expression[j].
struct HeadModel {
  std::vector<Eigen::Vector3f> neutral;
  std::vector<Triangle> triangles;
  std::vector<HeadRegion> region;  // per triangle
  int identities = 0;
  std::vector<float> identity;  // [identities][vertices][3], cm
  std::vector<std::string> expression_names;
  std::vector<float> expression;              // [expressions][vertices][3], cm
  std::array<std::uint32_t, 68> landmarks{};  // vertices, order of the 300-W mark-up

  int expression_index(const std::string& name) const;  // throws kCorrupt when absent
};

// One hair mesh, already fitted to the neutral head, in centimetres.
struct HairModel {
  std::string name;
  std::vector<Eigen::Vector3f> vertices;  // split where the uv differ
  std::vector<Eigen::Vector2f> uvs;
  std::vector<Triangle> triangles;
  // Derived on load.
  std::vector<std::uint32_t> nearest_head;  // nearest skin vertex of the neutral head
  std::vector<float> edge_distance;         // cm along the mesh to the nearest free end
  std::vector<float> root_distance;         // cm from the neutral scalp
};

// What all synthetic subjects are made of. Immutable; may be shared between threads.
struct SynthAssets {
  HeadModel head;
  std::vector<HairModel> hair;

  // heads_file: ict_facekit_light.safetensors; hair_file: hair_cc0.safetensors.
  // Throws kNotFound, kCorrupt.
  static SynthAssets load(const std::filesystem::path& heads_file,
                          const std::filesystem::path& hair_file);

  const HairModel* find_hair(const std::string& name) const;  // null when absent
};

}  // namespace portrait
