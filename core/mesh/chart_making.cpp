// SPDX-License-Identifier: Apache-2.0
#include "core/mesh/chart_making.h"

#include "core/mesh/relaxation.h"

#include <Eigen/LU>

#include <algorithm>
#include <utility>

namespace portrait {
namespace {

constexpr int kFlipsWorthTurning = 20;  // more than these: another map is tried
constexpr int kTrims = 20;              // rounds of taking bad triangles out of a chart
constexpr double kMostTrimmed = 0.05;   // of a chart's triangles that may go

double signed_area(const FlatMap& map, const std::vector<std::uint32_t>& border) {
  double twice = 0;
  for (std::size_t i = 0; i < border.size(); ++i) {
    const Eigen::Vector2d& a = map[border[i]];
    const Eigen::Vector2d& b = map[border[(i + 1) % border.size()]];
    twice += a.x() * b.y() - a.y() * b.x();
  }
  return twice / 2;
}

// Triangles of the mesh that can stay, and those that cannot.
std::pair<std::vector<std::uint32_t>, std::vector<std::uint32_t>> sort_out(const Chart& chart) {
  std::vector<std::uint8_t> in_the_way(chart.map.size(), 0);
  for (const std::uint32_t v : border_crossings(chart.mesh, chart.map)) in_the_way[v] = 1;
  // What a flipped triangle lies on goes with it, or its hole would be inside out.
  for (std::size_t t = 0; t < chart.mesh.triangles.size(); ++t) {
    if (derivative(chart.mesh, chart.map, t).determinant() > 0) continue;
    for (const std::uint32_t v : chart.mesh.triangles[t]) in_the_way[v] = 1;
  }
  std::pair<std::vector<std::uint32_t>, std::vector<std::uint32_t>> result;
  for (std::size_t t = 0; t < chart.mesh.triangles.size(); ++t) {
    const auto& corners = chart.mesh.triangles[t];
    const bool bad = std::any_of(corners.begin(), corners.end(),
                                 [&](std::uint32_t v) { return in_the_way[v] != 0; });
    (bad ? result.second : result.first).push_back(chart.mesh.mesh_triangles[t]);
  }
  return result;
}

// A hole that winds as the outer border does would hide an overlap.
bool holes_wind_inward(const Chart& chart) {
  const auto& borders = chart.mesh.borders;
  return std::count_if(borders.begin(), borders.end(),
                       [&](const auto& border) { return signed_area(chart.map, border) > 0; }) == 1;
}

}  // namespace

Chart ChartMaker::put_together(const std::vector<std::uint32_t>& triangles, bool face) const {
  return {make_chart_mesh(surface_.mesh(), surface_.opposite(), cut_, triangles), {}, {}, face};
}

bool ChartMaker::lay_flat(Chart& chart) const {
  chart.map = conformal_map(surface_.mesh(), chart.mesh);
  RelaxationOptions relaxation;
  relax_map(chart.mesh, chart.map, relaxation);
  if (flipped_triangles(chart.mesh, chart.map) > kFlipsWorthTurning) {
    chart.map = convex_map(surface_.mesh(), chart.mesh);
    relaxation.iterations *= 2;
    relax_map(chart.mesh, chart.map, relaxation);
  }
  chart.quality = judge_map(chart.mesh, chart.map);
  return good_enough(chart);
}

bool ChartMaker::trim(Chart& chart, std::vector<std::uint32_t>& trimmed) const {
  trimmed.clear();
  if (!within_limits(chart)) return false;
  Chart rest = chart;
  for (int round = 0; round < kTrims && !good_enough(rest); ++round) {
    const auto [kept, bad] = sort_out(rest);
    auto parts = surface_.pieces(kept);
    if (parts.empty()) return false;
    trimmed.insert(trimmed.end(), bad.begin(), bad.end());
    for (std::size_t p = 1; p < parts.size(); ++p) {
      trimmed.insert(trimmed.end(), parts[p].begin(), parts[p].end());
    }
    if (double(trimmed.size()) > kMostTrimmed * double(chart.mesh.triangles.size())) return false;
    rest = restrict_to(rest, parts.front());
    if (rest.mesh.handles() > 0 || !holes_wind_inward(rest)) return false;
    rest.quality = judge_map(rest.mesh, rest.map);
  }
  if (!good_enough(rest)) return false;
  chart = std::move(rest);
  std::sort(trimmed.begin(), trimmed.end());
  return true;
}

bool ChartMaker::cut_holes(Chart& chart) {
  if (chart.mesh.is_disk()) return true;
  if (!holes_wind_inward(chart)) return false;
  cut_holes_open(surface_.mesh(), surface_.opposite(), chart.mesh, cut_);
  chart = restrict_to(chart, chart.mesh.mesh_triangles);
  chart.quality = judge_map(chart.mesh, chart.map);
  if (chart.mesh.is_disk()) return true;
  for (const std::uint32_t t : chart.mesh.mesh_triangles) {
    for (std::uint32_t i = 0; i < 3; ++i) cut_[3 * t + i] = 0;
  }
  return false;
}

// A part of a chart with its places.
Chart ChartMaker::restrict_to(const Chart& chart,
                              const std::vector<std::uint32_t>& triangles) const {
  Chart part = put_together(triangles, chart.face);
  part.map.resize(part.mesh.mesh_vertices.size());
  const std::vector<std::uint32_t>& whole = chart.mesh.mesh_triangles;  // ascending
  for (std::size_t t = 0; t < part.mesh.triangles.size(); ++t) {
    const auto found = std::lower_bound(whole.begin(), whole.end(), triangles[t]);
    const auto& before = chart.mesh.triangles[std::size_t(found - whole.begin())];
    for (int i = 0; i < 3; ++i) part.map[part.mesh.triangles[t][i]] = chart.map[before[i]];
  }
  return part;
}

bool ChartMaker::within_limits(const Chart& chart) const {
  const ChartQuality& q = chart.quality;
  const double leniency = chart.face ? options_.face_leniency : 1.0;
  return q.median_stretch <= options_.median_stretch * leniency &&
         q.high_stretch <= options_.high_stretch * leniency &&
         q.area_spread <= options_.area_spread * leniency;
}

bool ChartMaker::good_enough(const Chart& chart) const {
  return chart.quality.flipped == 0 && chart.quality.crossings == 0 && within_limits(chart);
}

}  // namespace portrait
