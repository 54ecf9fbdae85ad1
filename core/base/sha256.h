// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace portrait {

// SHA-256 (FIPS 180-4) of bytes that come piece by piece. Uses the processor's own instructions
// where it has them.
class Sha256 {
 public:
  void update(std::span<const std::byte> bytes);
  // Lower-case hex of all bytes so far. The last call on an object.
  std::string hex();

  // Adds whole blocks of 64 bytes to the state. Two of one meaning, so that either can be held
  // against the other: `hardware_compress` is null where the processor lacks the instructions.
  using State = std::array<std::uint32_t, 8>;
  using Compress = void (*)(State& state, const unsigned char* blocks, std::size_t count);
  static void portable_compress(State& state, const unsigned char* blocks, std::size_t count);
  static Compress hardware_compress();

  Sha256();
  explicit Sha256(Compress compress) : compress_(compress) {}

 private:
  Compress compress_;
  State state_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                  0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<unsigned char, 64> block_{};
  std::size_t filled_ = 0;
  std::uint64_t length_ = 0;
};

}  // namespace portrait
