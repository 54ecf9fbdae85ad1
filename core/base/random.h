// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace portrait {

// Counter-based random numbers: Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy
// as 1, 2, 3", SC11). A number is a pure function of its key and its index, so nothing is drawn
// from a shared stream, and previews cannot disturb the optimisation.
std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                        std::array<std::uint32_t, 2> key);

// What a stream of numbers is for. Two streams with different keys are independent.
struct RandomKey {
  std::uint64_t seed = 0;
  std::uint32_t purpose = 0;  // random_purpose("name")
  std::uint32_t step = 0;
  std::uint32_t view = 0;
};

// FNV-1a of a purpose's name, so that purposes need no central list.
constexpr std::uint32_t random_purpose(std::string_view name) {
  std::uint32_t hash = 2166136261u;
  for (char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return hash;
}

// A cursor over the numbers of one key. Cheap to make and to copy.
class RandomStream {
 public:
  explicit RandomStream(const RandomKey& key);

  std::uint32_t next_u32();
  double uniform();                            // [0, 1)
  double uniform(double low, double high);     // [low, high)
  double normal();                             // N(0, 1)
  double normal(double mean, double deviation);
  int integer(int low, int high);              // [low, high], both included
  bool chance(double probability);

  void fill_uniform(std::span<float> values);  // [0, 1)
  void fill_normal(std::span<float> values);   // N(0, 1)

 private:
  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 4> counter_;
  std::array<std::uint32_t, 4> block_{};
  int used_ = 4;
  double spare_normal_ = 0;
  bool has_spare_ = false;
};

}  // namespace portrait
