// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/importing/pack_files.h"

#include "core/base/error.h"
#include "core/base/interruption.h"
#include "core/base/io_error.h"
#include "core/nn/safetensors_writer.h"
#include "core/nn/verified_files.h"

#include <algorithm>
#include <set>
#include <system_error>

namespace portrait {
namespace fs = std::filesystem;
namespace {

constexpr const char* kExtension = ".safetensors";
constexpr double kGB = 1e9;

PackFile place_link(const fs::path& source, const std::string& name, const fs::path& pack) {
  std::error_code problem;
  const fs::path target = fs::canonical(source, problem);
  if (!problem) fs::create_symlink(target, pack / name, problem);
  if (problem) fail_io(pack / name, "Linking", problem.value());
  return {name, verified_sha256(target)};
}

// In the order in which they lie in the files, so that these are read from start to end.
std::vector<TensorToSave> to_save(std::vector<ImportedTensor> tensors) {
  std::stable_sort(tensors.begin(), tensors.end(), [](const auto& a, const auto& b) {
    return a.file != b.file ? a.file < b.file : a.view.data.data() < b.view.data.data();
  });
  std::vector<TensorToSave> saved;
  for (const ImportedTensor& tensor : tensors) {
    saved.push_back({tensor.name, tensor.view.dtype, tensor.shape, tensor.view.data});
  }
  return saved;
}

}  // namespace

void check_space(const fs::path& folder, const std::vector<ImportedNetwork>& networks) {
  std::uintmax_t needed = 0;
  for (const ImportedNetwork& network : networks) needed += network.bytes();
  std::error_code problem;
  const fs::space_info space = fs::space(folder, problem);
  check(problem || needed <= space.available, ErrorCode::kIo,
        "The copies need {:.1f} GB and \"{}\" has {:.1f} GB free; free some space, choose another "
        "folder, or link to the files with --link",
        double(needed) / kGB, folder.parent_path().string(), double(space.available) / kGB);
}

std::string progress_line(const ImportedNetwork& network, bool link) {
  return fmt::format("{} {}: {} tensors, {:.2f} GB", link ? "Linking" : "Copying", network.id,
                     network.tensors.size(), double(network.bytes()) / kGB);
}

PackNetwork place_network(const ImportedNetwork& imported, const fs::path& pack, bool link) {
  PackNetwork network;
  network.id = imported.id;
  network.config = imported.config;
  network.provenance = "Imported from \"" + imported.source + "\" in the layout of diffusers.";
  if (!link) {
    network.file = imported.id + kExtension;
    network.sha256 =
        stream_safetensors(pack / network.file, to_save(imported.tensors), {{"format", "pt"}});
    return network;
  }
  const std::size_t count = imported.files.size();
  for (std::size_t i = 0; i < count; ++i) {
    const std::string number = count > 1 ? fmt::format("-{:05}-of-{:05}", i + 1, count) : "";
    network.files.push_back(place_link(imported.files[i], imported.id + number + kExtension, pack));
  }
  if (count > 1) return network;
  network.file = network.files.front().file;
  network.sha256 = network.files.front().sha256;
  network.files.clear();
  return network;
}

PackLora place_lora(const SafetensorsFile& file, std::size_t number, const fs::path& pack,
                    bool link) {
  PackLora lora;
  const std::string name = fmt::format("lora-{}{}", number, kExtension);
  if (link) {
    static_cast<PackFile&>(lora) = place_link(file.path(), name, pack);
    return lora;
  }
  std::vector<TensorToSave> tensors;
  for (const auto& [own, view] : file.tensors()) {
    tensors.push_back({own, view.dtype, view.shape, view.data});
  }
  lora.file = name;
  lora.sha256 = stream_safetensors(pack / name, tensors, file.metadata());
  return lora;
}

bool paints(const std::string& id) {
  static const std::set<std::string> ids = {"unet", "vae",      "conditioner",
                                            "hpdm", "brushnet", "text_encoder"};
  return ids.count(id) != 0;
}

PackNetwork place_as_is(const PackNetwork& network, const fs::path& from, const fs::path& pack,
                        bool link) {
  PackNetwork placed = network;
  const auto place = [&](PackFile& file) {
    const fs::path source = from / file.file;
    file.file = fs::path(file.file).filename().string();
    if (link) {
      file.sha256 = place_link(source, file.file, pack).sha256;
      return;
    }
    interruption_point();
    std::error_code problem;
    fs::copy_file(source, pack / file.file, problem);
    if (problem) fail_io(pack / file.file, "Copying", problem.value());
  };
  if (placed.files.empty()) {
    PackFile only{placed.file, placed.sha256};
    place(only);
    placed.file = only.file;
  }
  for (PackFile& file : placed.files) place(file);
  for (PackLora& lora : placed.loras) place(lora);
  return placed;
}

void remember_hashes(const fs::path& pack, const std::vector<PackNetwork>& networks) {
  for (const PackNetwork& network : networks) {
    if (network.files.empty()) remember_sha256(pack / network.file, network.sha256);
    for (const PackFile& file : network.files) remember_sha256(pack / file.file, file.sha256);
  }
}

}  // namespace portrait
