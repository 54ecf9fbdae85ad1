// SPDX-License-Identifier: Apache-2.0
#include "core/synth/synth_assets.h"

#include "core/base/error.h"
#include "core/base/thread_pool.h"
#include "core/nn/safetensors.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <queue>
#include <unordered_map>
#include <utility>

namespace portrait {
namespace {

std::vector<std::string> name_list(const SafetensorsFile& file, const std::string& key) {
  const auto found = file.metadata().find(key);
  check(found != file.metadata().end(), ErrorCode::kCorrupt,
        "'{}' has no metadata entry '{}'; take the file that the documentation names",
        file.path().string(), key);
  try {
    return nlohmann::json::parse(found->second).get<std::vector<std::string>>();
  } catch (const nlohmann::json::exception& e) {
    fail(ErrorCode::kCorrupt, "metadata entry '{}' of '{}' is not a list of names: {}", key,
         file.path().string(), e.what());
  }
}

void check_columns(const SafetensorsFile& file, const std::string& name, std::size_t rank,
                   std::int64_t last) {
  const TensorView& tensor = file.at(name);
  check(tensor.shape.size() == rank && tensor.shape.back() == last, ErrorCode::kCorrupt,
        "tensor '{}' of '{}' should have {} dimensions, the last of size {}", name,
        file.path().string(), rank, last);
}

std::vector<Eigen::Vector3f> points_of(const SafetensorsFile& file, const std::string& name) {
  check_columns(file, name, 2, 3);
  const std::vector<float> values = file.floats(name);
  std::vector<Eigen::Vector3f> points(values.size() / 3);
  for (std::size_t i = 0; i < points.size(); ++i) {
    points[i] = {values[3 * i], values[3 * i + 1], values[3 * i + 2]};
  }
  return points;
}

void check_index(std::int64_t index, std::size_t count, const char* what,
                 const SafetensorsFile& file) {
  check(index >= 0 && std::size_t(index) < count, ErrorCode::kCorrupt,
        "'{}': {} index {} is outside 0..{}", file.path().string(), what, index, count);
}

// Which materials of the head file are kept. Tear fluid, blending strips and occlusion cards need
// transparency; the irises are painted on the sclera, whose front bulges like a cornea; lashes
// are painted too.
const std::map<std::string, HeadRegion>& kept_materials() {
  static const std::map<std::string, HeadRegion> materials = {
      {"M_Face", HeadRegion::kFace},
      {"M_BackHead", HeadRegion::kBackHead},
      {"M_GumsTongue", HeadRegion::kMouthInside},
      {"M_Teeth", HeadRegion::kTeeth},
      {"M_ScleraLeft", HeadRegion::kEyeLeft},
      {"M_ScleraRight", HeadRegion::kEyeRight}};
  return materials;
}

struct Remap {
  std::vector<std::int64_t> old_of_new;
  std::vector<std::int64_t> new_of_old;

  explicit Remap(std::size_t count) : new_of_old(count, -1) {}
  std::uint32_t operator()(std::int64_t old) {
    if (new_of_old[std::size_t(old)] < 0) {
      new_of_old[std::size_t(old)] = std::int64_t(old_of_new.size());
      old_of_new.push_back(old);
    }
    return std::uint32_t(new_of_old[std::size_t(old)]);
  }
};

std::vector<float> take_modes(const SafetensorsFile& file, const std::string& name,
                              std::size_t old_count, const Remap& remap, int& modes) {
  check_columns(file, name, 3, 3);
  const TensorView& tensor = file.at(name);
  check(tensor.shape[1] == std::int64_t(old_count), ErrorCode::kCorrupt,
        "tensor '{}' of '{}' has {} vertices, the head {}", name, file.path().string(),
        tensor.shape[1], old_count);
  modes = int(tensor.shape[0]);
  const std::vector<float> all = file.floats(name);
  const std::size_t count = remap.old_of_new.size();
  std::vector<float> taken(std::size_t(modes) * count * 3);
  for (int m = 0; m < modes; ++m) {
    for (std::size_t v = 0; v < count; ++v) {
      const float* from = &all[(std::size_t(m) * old_count + std::size_t(remap.old_of_new[v])) * 3];
      std::copy(from, from + 3, &taken[(std::size_t(m) * count + v) * 3]);
    }
  }
  return taken;
}

HeadModel load_head(const std::filesystem::path& path) {
  const SafetensorsFile file(path);
  HeadModel head;
  const std::vector<Eigen::Vector3f> vertices = points_of(file, "vertices");
  check_columns(file, "faces", 2, 4);
  const std::vector<std::int32_t> faces = file.ints("faces");
  const std::vector<std::int32_t> material = file.ints("face_material");
  check(material.size() * 4 == faces.size(), ErrorCode::kCorrupt,
        "'{}': {} faces but {} face materials", path.string(), faces.size() / 4, material.size());
  const std::vector<std::string> names = name_list(file, "materials");

  Remap remap(vertices.size());
  for (std::size_t f = 0; f < material.size(); ++f) {
    check_index(material[f], names.size(), "material", file);
    const auto kept = kept_materials().find(names[std::size_t(material[f])]);
    if (kept == kept_materials().end()) continue;
    const std::int32_t* q = &faces[f * 4];
    const int corners = q[3] < 0 ? 3 : 4;
    std::array<std::uint32_t, 4> c{};
    for (int k = 0; k < corners; ++k) {
      check_index(q[k], vertices.size(), "vertex", file);
      c[std::size_t(k)] = remap(q[k]);
    }
    head.triangles.push_back({c[0], c[1], c[2]});
    head.region.push_back(kept->second);
    if (corners == 4) {
      head.triangles.push_back({c[0], c[2], c[3]});
      head.region.push_back(kept->second);
    }
  }
  for (std::int64_t old : remap.old_of_new) head.neutral.push_back(vertices[std::size_t(old)]);

  const std::vector<std::int32_t> landmarks = file.ints("landmarks68");
  check(landmarks.size() == 68, ErrorCode::kCorrupt, "'{}': {} landmarks instead of 68",
        path.string(), landmarks.size());
  for (std::size_t i = 0; i < 68; ++i) {
    check_index(landmarks[i], vertices.size(), "landmark", file);
    const std::int64_t v = remap.new_of_old[std::size_t(landmarks[i])];
    check(v >= 0, ErrorCode::kCorrupt, "'{}': landmark {} is not on the skin", path.string(), i);
    head.landmarks[i] = std::uint32_t(v);
  }
  int expressions = 0;
  head.identity = take_modes(file, "identity", vertices.size(), remap, head.identities);
  head.expression = take_modes(file, "expression", vertices.size(), remap, expressions);
  head.expression_names = name_list(file, "expression_names");
  check(head.expression_names.size() == std::size_t(expressions), ErrorCode::kCorrupt,
        "'{}': {} expressions but {} names", path.string(), expressions,
        head.expression_names.size());
  return head;
}

// True where no more hair follows in the direction away from the crown: cards overlap like tiles,
// and only those that end free may be ragged.
bool is_tip(const std::vector<Eigen::Vector3f>& hair, const Eigen::Vector3f& point) {
  const Eigen::Vector3f out = (point - Eigen::Vector3f(0, 4.5F, 0.8F)).normalized();
  const Eigen::Vector3f crown = Eigen::Vector3f(0, 1, -0.35F).normalized();
  Eigen::Vector3f down = crown.dot(out) * out - crown;
  if (down.norm() < 0.15F) return false;
  down.normalize();
  for (const Eigen::Vector3f& p : hair) {
    const Eigen::Vector3f step = p - point;
    const float along = step.dot(down);
    if (along > 0.5F && along < 3 && (step - along * down).squaredNorm() < 0.8F) return false;
  }
  return true;
}

// Distance along mesh edges from the free ends of the hair (Dijkstra). Vertices at one place count
// as one, so that a seam of the uv is no border.
std::vector<float> distance_to_border(const HairModel& hair,
                                      const std::vector<std::uint32_t>& place_of) {
  const std::size_t places = *std::max_element(place_of.begin(), place_of.end()) + std::size_t(1);
  std::map<std::pair<std::uint32_t, std::uint32_t>, int> uses;
  std::vector<Eigen::Vector3f> position(places);
  for (std::size_t v = 0; v < place_of.size(); ++v) position[place_of[v]] = hair.vertices[v];
  for (const Triangle& t : hair.triangles) {
    for (std::size_t k = 0; k < 3; ++k) {
      const std::uint32_t a = place_of[t[k]];
      const std::uint32_t b = place_of[t[(k + 1) % 3]];
      if (a != b) ++uses[std::minmax(a, b)];
    }
  }
  std::vector<std::vector<std::uint32_t>> neighbours(places);
  std::vector<float> distance(places, std::numeric_limits<float>::max());
  using Item = std::pair<float, std::uint32_t>;
  std::priority_queue<Item, std::vector<Item>, std::greater<>> queue;
  for (const auto& [edge, count] : uses) {
    neighbours[edge.first].push_back(edge.second);
    neighbours[edge.second].push_back(edge.first);
    if (count != 1) continue;
    for (std::uint32_t v : {edge.first, edge.second}) {
      if (distance[v] > 0 && is_tip(position, position[v])) queue.push({distance[v] = 0, v});
    }
  }
  while (!queue.empty()) {
    const auto [d, v] = queue.top();
    queue.pop();
    if (d > distance[v]) continue;
    for (std::uint32_t n : neighbours[v]) {
      const float next = d + (position[v] - position[n]).norm();
      if (next < distance[n]) queue.push({distance[n] = next, n});
    }
  }
  std::vector<float> result(place_of.size());
  for (std::size_t v = 0; v < place_of.size(); ++v)
    result[v] = std::min(distance[place_of[v]], 1e3F);
  return result;
}

// The nearest of some vertices; of equally near ones the first.
class SkinSearch {
 public:
  SkinSearch(const std::vector<Eigen::Vector3f>& points, std::vector<std::uint32_t> vertices)
      : by_height_(std::move(vertices)) {
    std::stable_sort(by_height_.begin(), by_height_.end(), [&](std::uint32_t a, std::uint32_t b) {
      return points[a].y() < points[b].y();
    });
    for (std::uint32_t v : by_height_) points_.push_back(points[v]);
  }

  std::pair<std::uint32_t, float> nearest(const Eigen::Vector3f& to) const {
    const auto above =
        std::lower_bound(points_.begin(), points_.end(), to.y(),
                         [](const Eigen::Vector3f& p, float height) { return p.y() < height; });
    float best = std::numeric_limits<float>::max();
    std::uint32_t vertex = 0;
    // Up and down from the point's height until that alone is farther than the best.
    const auto closer = [&](std::size_t i) {
      const Eigen::Vector3f away = points_[i] - to;
      if (away.y() * away.y() > best) return false;
      const float d = away.squaredNorm();
      if (d < best || (d == best && by_height_[i] < vertex)) {
        best = d;
        vertex = by_height_[i];
      }
      return true;
    };
    const auto middle = std::size_t(above - points_.begin());
    for (std::size_t i = middle; i < points_.size() && closer(i); ++i) {
    }
    for (std::size_t i = middle; i > 0 && closer(i - 1); --i) {
    }
    return {vertex, std::sqrt(best)};
  }

 private:
  std::vector<std::uint32_t> by_height_;
  std::vector<Eigen::Vector3f> points_;
};

HairModel load_hair(const SafetensorsFile& file, const std::string& name, const SkinSearch& skin) {
  HairModel hair;
  hair.name = name;
  const std::vector<Eigen::Vector3f> positions = points_of(file, name + ".vertices");
  check_columns(file, name + ".uvs", 2, 2);
  check_columns(file, name + ".triangles", 2, 3);
  const std::vector<float> uvs = file.floats(name + ".uvs");
  const std::vector<std::int32_t> triangles = file.ints(name + ".triangles");
  const std::vector<std::int32_t> corners = file.ints(name + ".triangle_uvs");
  check(triangles.size() == corners.size(), ErrorCode::kCorrupt,
        "'{}': hair '{}' has {} triangle corners but {} uv corners", file.path().string(), name,
        triangles.size(), corners.size());

  // Vertices at one place, to half a millimetre, are one for the search of open borders.
  std::map<std::array<std::int32_t, 3>, std::uint32_t> places;
  const auto place = [&](const Eigen::Vector3f& p) {
    const Eigen::Vector3i cell = (p / 0.05F).array().round().cast<int>();
    return places.insert({{cell.x(), cell.y(), cell.z()}, std::uint32_t(places.size())})
        .first->second;
  };
  std::map<std::pair<std::int32_t, std::int32_t>, std::uint32_t> split;
  std::vector<std::uint32_t> place_of;
  for (std::size_t i = 0; i + 2 < triangles.size(); i += 3) {
    Triangle t{};
    for (std::size_t k = 0; k < 3; ++k) {
      const std::int32_t p = triangles[i + k];
      const std::int32_t u = corners[i + k];
      check_index(p, positions.size(), "vertex", file);
      check_index(u, uvs.size() / 2, "uv", file);
      const auto [entry, fresh] = split.insert({{p, u}, std::uint32_t(hair.vertices.size())});
      if (fresh) {
        hair.vertices.push_back(positions[std::size_t(p)]);
        hair.uvs.push_back({uvs[std::size_t(u) * 2], uvs[std::size_t(u) * 2 + 1]});
        place_of.push_back(place(positions[std::size_t(p)]));
      }
      t[k] = entry->second;
    }
    hair.triangles.push_back(t);
  }
  check(!hair.vertices.empty(), ErrorCode::kCorrupt, "'{}': hair '{}' has no triangles",
        file.path().string(), name);
  hair.edge_distance = distance_to_border(hair, place_of);
  hair.nearest_head.resize(hair.vertices.size());
  hair.root_distance.resize(hair.vertices.size());
  parallel_for(std::int64_t(hair.vertices.size()), 64, [&](std::int64_t begin, std::int64_t end) {
    for (std::size_t v = std::size_t(begin); v < std::size_t(end); ++v) {
      const auto [vertex, distance] = skin.nearest(hair.vertices[v]);
      hair.nearest_head[v] = vertex;
      hair.root_distance[v] = distance;
    }
  });
  return hair;
}

// Skin that hair can follow: not the ears, which move on their own.
std::vector<std::uint32_t> skin_without_ears(const HeadModel& head) {
  std::vector<bool> used(head.neutral.size(), false);
  for (std::size_t t = 0; t < head.triangles.size(); ++t) {
    if (head.region[t] != HeadRegion::kFace && head.region[t] != HeadRegion::kBackHead) continue;
    for (std::uint32_t v : head.triangles[t]) {
      const Eigen::Vector3f& p = head.neutral[v];
      const bool ear = std::abs(p.x()) > 7.7F && p.y() > -3 && p.y() < 6.5F;
      if (!ear) used[v] = true;
    }
  }
  std::vector<std::uint32_t> list;
  for (std::size_t v = 0; v < used.size(); ++v) {
    if (used[v]) list.push_back(std::uint32_t(v));
  }
  return list;
}

}  // namespace

int HeadModel::expression_index(const std::string& name) const {
  const auto found = std::find(expression_names.begin(), expression_names.end(), name);
  check(found != expression_names.end(), ErrorCode::kCorrupt,
        "the head model has no expression '{}'", name);
  return int(found - expression_names.begin());
}

SynthAssets SynthAssets::load(const std::filesystem::path& heads_file,
                              const std::filesystem::path& hair_file) {
  SynthAssets assets;
  assets.head = load_head(heads_file);
  const SafetensorsFile file(hair_file);
  const SkinSearch skin(assets.head.neutral, skin_without_ears(assets.head));
  for (const std::string& name : name_list(file, "styles")) {
    assets.hair.push_back(load_hair(file, name, skin));
  }
  return assets;
}

const HairModel* SynthAssets::find_hair(const std::string& name) const {
  for (const HairModel& h : hair) {
    if (h.name == name) return &h;
  }
  return nullptr;
}

}  // namespace portrait
