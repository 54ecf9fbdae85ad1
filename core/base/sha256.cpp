// SPDX-License-Identifier: Apache-2.0
// Written here because a machine that only trains has LibTorch and nothing else to hash with.
#include "core/base/sha256.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/interruption.h"
#include "core/base/sha256_rounds.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <fstream>
#include <vector>

namespace portrait {

Sha256::Sha256() : compress_(hardware_compress()) {
  if (compress_ == nullptr) compress_ = &portable_compress;
}

void Sha256::update(std::span<const std::byte> bytes) {
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  std::size_t size = bytes.size();
  length_ += size;
  if (filled_ > 0) {
    const std::size_t take = std::min(size, block_.size() - filled_);
    if (take > 0) std::memcpy(block_.data() + filled_, data, take);
    filled_ += take;
    data += take;
    size -= take;
    if (filled_ < block_.size()) return;
    compress_(state_, block_.data(), 1);
  }
  const std::size_t blocks = size / block_.size();
  if (blocks > 0) compress_(state_, data, blocks);
  filled_ = size % block_.size();
  if (filled_ > 0) std::memcpy(block_.data(), data + blocks * block_.size(), filled_);
}

std::string Sha256::hex() {
  const std::uint64_t bits = length_ * 8;
  // One bit, zeros up to 8 bytes before the end of a block, and the number of bits.
  std::array<std::byte, 72> tail{};
  tail[0] = std::byte{0x80};
  const std::size_t zeros = (119 - filled_) % 64;
  for (std::size_t i = 0; i < 8; ++i) {
    tail[1 + zeros + i] = static_cast<std::byte>(bits >> (56 - 8 * i));
  }
  update(std::span(tail).first(9 + zeros));
  std::string text;
  for (const std::uint32_t word : state_) text += fmt::format("{:08x}", word);
  return text;
}

void Sha256::portable_compress(State& state, const unsigned char* block, std::size_t count) {
  for (; count > 0; --count, block += 64) {
    std::array<std::uint32_t, 64> w;
    for (int i = 0; i < 16; ++i) {
      w[i] = std::uint32_t{block[4 * i]} << 24 | std::uint32_t{block[4 * i + 1]} << 16 |
             std::uint32_t{block[4 * i + 2]} << 8 | std::uint32_t{block[4 * i + 3]};
    }
    for (int i = 16; i < 64; ++i) {
      const auto a = w[i - 15];
      const auto b = w[i - 2];
      w[i] = w[i - 16] + (std::rotr(a, 7) ^ std::rotr(a, 18) ^ a >> 3) + w[i - 7] +
             (std::rotr(b, 17) ^ std::rotr(b, 19) ^ b >> 10);
    }
    State s = state;
    for (int i = 0; i < 64; ++i) {
      const auto t1 = s[7] + (std::rotr(s[4], 6) ^ std::rotr(s[4], 11) ^ std::rotr(s[4], 25)) +
                      ((s[4] & s[5]) ^ (~s[4] & s[6])) + kSha256Rounds[i] + w[i];
      const auto t2 = (std::rotr(s[0], 2) ^ std::rotr(s[0], 13) ^ std::rotr(s[0], 22)) +
                      ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
      s = {t1 + t2, s[0], s[1], s[2], s[3] + t1, s[4], s[5], s[6]};
    }
    for (int i = 0; i < 8; ++i) state[i] += s[i];
  }
}

std::string sha256_hex(std::span<const std::byte> bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.hex();
}

std::string sha256_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  check(in.is_open(), ErrorCode::kNotFound, "There is no readable file \"{}\"; check the path",
        path.string());
  Sha256 hash;
  std::vector<char> buffer(1 << 20);
  while (in.read(buffer.data(), std::ssize(buffer)) || in.gcount() > 0) {
    interruption_point();
    hash.update(std::as_bytes(std::span(buffer).first(static_cast<std::size_t>(in.gcount()))));
  }
  return hash.hex();
}

}  // namespace portrait
