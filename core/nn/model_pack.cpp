// SPDX-License-Identifier: Apache-2.0
#include "core/nn/model_pack.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/nn/pack_document.h"
#include "core/nn/pickle.h"

#include <span>
#include <system_error>
#include <utility>

namespace portrait {
namespace fs = std::filesystem;
namespace {

fs::path verified(const fs::path& folder, const PackFile& file, Hashing hashing) {
  const fs::path path = folder / file.file;
  require_pack_file(folder, file.file);
  refuse_pickle(path);
  const std::string found = verified_sha256(path, hashing);
  if (found != file.sha256) {
    throw Error(ErrorCode::kCorrupt,
                fmt::format("\"{}\" has the SHA-256 {} where the pack promises {}; the file was "
                            "changed or cut short, so copy the whole pack again",
                            path.string(), found, file.sha256),
                path.string());
  }
  return path;
}

void load_weights(const fs::path& folder, PackNetwork& network, Hashing hashing) {
  std::vector<fs::path> paths;
  for (const PackFile& file : network.files) paths.push_back(verified(folder, file, hashing));
  if (paths.empty()) paths.push_back(verified(folder, {network.file, network.sha256}, hashing));
  network.weights = std::make_shared<const SafetensorsFile>(paths);
  for (PackLora& lora : network.loras) {
    lora.weights = std::make_shared<const SafetensorsFile>(verified(folder, lora, hashing));
  }
}

}  // namespace

void require_pack_file(const fs::path& folder, const std::string& file) {
  const fs::path path = folder / file;
  std::error_code problem;
  if (fs::is_regular_file(path, problem)) return;
  if (fs::is_symlink(path, problem)) {
    fail(ErrorCode::kNotFound,
         "\"{}\" is a link to \"{}\", where no file is any more; put it back, or import the pack "
         "again",
         path.string(), fs::read_symlink(path, problem).string());
  }
  fail(ErrorCode::kNotFound,
       "The pack \"{}\" names the file \"{}\", which is not there; copy the whole pack again",
       folder.string(), file);
}

ModelPack ModelPack::open(const fs::path& folder, Hashing hashing) {
  std::error_code ignored;
  check(fs::is_directory(folder, ignored), ErrorCode::kNotFound,
        "There is no model pack \"{}\"; name a folder that holds a pack.json", folder.string());
  check(fs::exists(folder / kPackFile, ignored), ErrorCode::kNotFound,
        "The folder \"{}\" has no pack.json, so it is not a model pack; name the folder that holds "
        "one",
        folder.string());
  const std::string text = read_text_file(folder / kPackFile);
  PackDocument document = parse_pack(folder, text);
  ModelPack pack;
  pack.folder_ = folder;
  pack.hash_ = sha256_hex(std::as_bytes(std::span(text)));
  pack.name_ = std::move(document.name);
  pack.version_ = std::move(document.version);
  pack.frame_ = document.frame;
  pack.document_ = std::move(document.json);
  for (const PackFile& file : document.others) verified(folder, file, hashing);
  for (PackNetwork& network : document.networks) {
    load_weights(folder, network, hashing);
    const std::string id = network.id;
    pack.networks_.emplace(id, std::move(network));
  }
  return pack;
}

const PackNetwork& ModelPack::network(const std::string& id) const {
  const auto found = networks_.find(id);
  if (found != networks_.end()) return found->second;
  std::string present;
  for (const auto& [name, network] : networks_) present += (present.empty() ? "" : ", ") + name;
  throw Error(ErrorCode::kNotFound,
              fmt::format("The pack \"{}\" has no network \"{}\", only: {}; use a pack that has it",
                          folder_.string(), id, present.empty() ? "none" : present),
              folder_.string());
}

}  // namespace portrait
