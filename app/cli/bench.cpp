// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "app/cli/bench.h"
#include "app/cli/bench_device.h"
#include "app/cli/command.h"
#include "app/cli/device_name.h"
#include "core/base/machine_info.h"
#include "core/base/process_threads.h"
#include "core/base/thread_pool.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <memory>

namespace portrait::cli {
namespace {

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 ? values[half] : (values[half - 1] + values[half]) / 2;
}

double seconds_of(at::Device device, const std::function<void()>& work) {
  wait_for(device);
  const auto begin = std::chrono::steady_clock::now();
  work();
  wait_for(device);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

double best_seconds(at::Device device, int repeats, const std::function<void()>& work) {
  work();
  double best = 1e30;
  for (int i = 0; i < repeats; ++i) best = std::min(best, seconds_of(device, work));
  return best;
}

}  // namespace

Machine measure_machine(at::Device device) {
  const at::NoGradGuard no_gradient;
  const auto floats = at::TensorOptions(at::kFloat).device(device);
  Machine machine;
  machine.device = device;
  machine.name = name_of(device);
  machine.cpu = processor_name();
  machine.threads = usable_processors();
  const std::int64_t side = device.is_cpu() ? 1536 : 4096;  // fills either
  const Tensor a = at::rand({side, side}, floats);
  const Tensor b = at::rand({side, side}, floats);
  Tensor c = at::empty({side, side}, floats);
  machine.gemm_gflops = 2.0 * std::pow(double(side), 3) /
                        best_seconds(device, 7, [&] { at::mm_out(c, a, b); }) * 1e-9;
  const Tensor from = at::ones({64 << 20}, floats);
  Tensor to = at::empty_like(from);
  machine.copy_gb_s =
      2.0 * 4 * double(from.numel()) / best_seconds(device, 5, [&] { to.copy_(from); }) * 1e-9;
  return machine;
}

void measure(const Machine& machine, int repeats, std::vector<BenchCase> cases,
             std::vector<BenchRow>& rows) {
  std::vector<std::vector<double>> times(cases.size());
  std::vector<double> memory(cases.size(), 0);
  for (int round = -1; round < repeats; ++round) {
    for (std::size_t i = 0; i < cases.size(); ++i) {
      if (round >= 0) {
        times[i].push_back(seconds_of(machine.device, cases[i].work) * 1e3);
      } else {
        memory[i] = memory_growth_mb(machine.device, cases[i].work);
      }
    }
  }
  for (std::size_t i = 0; i < cases.size(); ++i) {
    BenchRow row;
    row.name = cases[i].name;
    row.config = cases[i].config;
    row.median_ms = median(times[i]);
    row.min_ms = *std::min_element(times[i].begin(), times[i].end());
    row.repeats = repeats;
    row.flops = cases[i].flops;
    row.bytes = cases[i].bytes;
    row.fraction_of_peak = row.flops / (row.median_ms * 1e-3) * 1e-9 / machine.gemm_gflops;
    row.peak_memory_mb = memory[i];
    rows.push_back(std::move(row));
  }
}

void on_one_thread(const std::function<void()>& work) {
  parallel_for(2, 1, [&](std::int64_t begin, std::int64_t) {
    if (begin == 0) work();
  });
}

const BenchRow& row_named(const std::vector<BenchRow>& rows, const std::string& name) {
  return *std::find_if(rows.begin(), rows.end(),
                       [&](const BenchRow& row) { return row.name == name; });
}

void print_bench(const Machine& machine, const std::vector<BenchRow>& rows,
                 const nlohmann::ordered_json& findings, bool as_json) {
  if (as_json) {
    nlohmann::ordered_json json;
    json["machine"] = {{"device", machine.device.str()},
                       {"name", machine.name},
                       {"cpu", machine.cpu},
                       {"threads", machine.threads},
                       {"gemm_gflops", machine.gemm_gflops},
                       {"copy_gb_s", machine.copy_gb_s}};
    json["rows"] = nlohmann::ordered_json::array();
    for (const BenchRow& row : rows) {
      json["rows"].push_back({{"name", row.name},
                              {"config", row.config},
                              {"median_ms", row.median_ms},
                              {"min_ms", row.min_ms},
                              {"repeats", row.repeats},
                              {"flops", row.flops},
                              {"bytes", row.bytes},
                              {"fraction_of_peak", row.fraction_of_peak},
                              {"peak_memory_mb", row.peak_memory_mb}});
    }
    json["findings"] = findings;
    std::printf("%s\n", json.dump(2).c_str());
    return;
  }
  if (!machine.device.is_cpu()) std::printf("%s on ", machine.name.c_str());
  std::printf("%s, %d threads, products %.0f GFLOP/s, copies %.0f GB/s\n\n", machine.cpu.c_str(),
              machine.threads, machine.gemm_gflops, machine.copy_gb_s);
  std::printf("%-36s %10s %10s %9s %9s\n", "", "median ms", "least ms", "of peak", "MB");
  for (const BenchRow& row : rows) {
    std::printf("%-36s %10.1f %10.1f %8.0f%% %9.0f\n", row.name.c_str(), row.median_ms, row.min_ms,
                row.fraction_of_peak * 100, row.peak_memory_mb);
  }
  std::printf("\n");
  for (const auto& [name, value] : findings.items()) {
    std::printf("%-56s %.4g\n", name.c_str(), value.get<double>());
  }
}

void add_bench(CLI::App& app, Action& action) {
  auto& bench = *app.add_subcommand("bench", "Timings of the parts, as ratios within one run");
  bench.require_subcommand(1);
  struct Part {
    const char* name;
    const char* about;
    std::vector<BenchRow> (*run)(const Machine&, const BenchOptions&, nlohmann::ordered_json&);
  };
  static constexpr Part kParts[] = {
      {"renderer", "Volume renderer, forward and backward, against its LibTorch reference",
       bench_renderer},
      {"bake", "Radiance volume, occupancy, density grid and frames of a head", bench_bake},
      {"reproject", "Lifting a view by its depth and splatting it into another", bench_reproject},
      {"vae", "Picture autoencoder, encoding and decoding", bench_vae},
      {"unet", "Noise predictor and control branch, a step each", bench_unet},
      {"hpdm", "Hybrid Priors Diffusion Model, an evaluation of one view", bench_hpdm},
#ifndef PORTRAIT_TRAIN_ONLY
      {"surface", "Iso-surface of a density grid of a head, and its parts", bench_surface},
      {"stages", "Steps of the optimisation, and how soon they are given up", bench_stages},
      {"window", "The optimisation with the window and without, and the window while it runs",
       bench_window},
#endif
  };
  struct Arguments : BenchOptions {
    std::string device = "auto";
    bool json = false;
  };
  for (const Part& part : kParts) {
    auto arguments = std::make_shared<Arguments>();
    auto& command = *bench.add_subcommand(part.name, part.about);
#ifndef PORTRAIT_TRAIN_ONLY
    if (part.run == bench_window) {
      arguments->repeats = 3;  // of two minutes each
      command.add_option("--photo", arguments->photo, "The photo that it opens")->required();
    }
#endif
    command.add_option("--repeats", arguments->repeats, "Alternating rounds")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    command.add_option("--width", arguments->width, "Rays along a side of the image")
        ->check(CLI::Range(8, 512))
        ->capture_default_str();
    command.add_option("--pack", arguments->pack, "Folder of the pack that makes the head");
    if (part.run == bench_vae || part.run == bench_unet || part.run == bench_hpdm) {
      command.add_option("--config", arguments->config, "Sizes of the network")
          ->check(CLI::IsMember({"compact", "sd15"}))
          ->capture_default_str();
    }
    command.add_option("--device", arguments->device, "auto, cpu or cuda")->capture_default_str();
    command.add_flag("--json", arguments->json, "For scripts");
    command.callback([arguments, &part, &action] {
      action = [arguments, &part](std::stop_token) {
        const Machine machine = measure_machine(device_named(arguments->device));
        nlohmann::ordered_json findings;
        const std::vector<BenchRow> rows = part.run(machine, *arguments, findings);
        print_bench(machine, rows, findings, arguments->json);
      };
    });
  }
}

}  // namespace portrait::cli
