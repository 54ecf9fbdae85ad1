// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/importing/imported_network.h"
#include "core/nn/model_pack.h"

#include <filesystem>
#include <string>
#include <vector>

namespace portrait {

// Throws kIo when a folder's disk has no room for copies of the networks.
void check_space(const std::filesystem::path& folder, const std::vector<ImportedNetwork>& networks);

std::string progress_line(const ImportedNetwork& network, bool link);

// Puts a network's weights into a pack's folder: copies under the network's own names in one file,
// streamed, or symbolic links to the files themselves. Returns what pack.json says of it, but for
// the licence. Throws kIo.
PackNetwork place_network(const ImportedNetwork& network, const std::filesystem::path& pack,
                          bool link);
PackLora place_lora(const SafetensorsFile& file, std::size_t number,
                    const std::filesystem::path& pack, bool link);

// Whether a network is one of those that paint views: they belong together, and none of another
// pack is put beside them.
bool paints(const std::string& id);
// The same for a network of a pack, whole or as links; all that its pack says of it stays.
PackNetwork place_as_is(const PackNetwork& network, const std::filesystem::path& from,
                        const std::filesystem::path& pack, bool link);

// Spares the first opening of a pack that was just written the hashing of its files.
void remember_hashes(const std::filesystem::path& pack, const std::vector<PackNetwork>& networks);

}  // namespace portrait
