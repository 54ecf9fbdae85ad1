// SPDX-License-Identifier: Apache-2.0
#include "core/base/process_threads.h"

#include <QProcess>
#include <QtTest>

#include <thread>

#include <sched.h>

using namespace portrait;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

bool has_avx512() {
  QFile info("/proc/cpuinfo");
  return info.open(QIODevice::ReadOnly) && info.readAll().contains("avx512vl");
}

// This program again, with an environment of its own, printing what it found there.
QByteArray run_self(const QMap<QString, QString>& variables) {
  auto environment = QProcessEnvironment::systemEnvironment();
  for (const char* name : {"OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "GOMP_SPINCOUNT",
                           "OMP_WAIT_POLICY", "OMP_NUM_THREADS"}) {
    environment.remove(name);
  }
  environment.insert("PORTRAIT_TEST_CHILD", "1");
  for (auto it = variables.begin(); it != variables.end(); ++it) {
    environment.insert(it.key(), it.value());
  }
  QProcess child;
  child.setProcessEnvironment(environment);
  child.start(QCoreApplication::applicationFilePath(), {"an argument"});
  return child.waitForFinished(20000) && child.exitCode() == 0 ? child.readAllStandardOutput()
                                                               : QByteArray("failed");
}

void print_environment(int argc, char** argv) {
  for (const char* name :
       {"OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "ATEN_CPU_CAPABILITY", "GOMP_SPINCOUNT"}) {
    const char* value = std::getenv(name);
    std::printf("%s ", value ? value : "-");
  }
  QFile name("/proc/self/comm");
  const bool own = name.open(QIODevice::ReadOnly) && name.readAll().startsWith("test_base_proce");
  std::printf("%s %s\n", own ? "own" : "another", argc == 2 ? argv[1] : "?");
}

}  // namespace

class ProcessThreadsTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void what_pins_weaker_kernels() {
    QVERIFY(pins_weaker_blas("Haswell", nullptr, true));
    QVERIFY(pins_weaker_blas(nullptr, "512", true));
    QVERIFY(pins_weaker_blas("SkylakeX", "512", true));
    QVERIFY(!pins_weaker_blas(nullptr, nullptr, true));
    QVERIFY(!pins_weaker_blas("", nullptr, true));
    QVERIFY(!pins_weaker_blas("SkylakeX", nullptr, true));
    QVERIFY(!pins_weaker_blas("Cooperlake", nullptr, true));
    QVERIFY(!pins_weaker_blas("Haswell", "512", false));
  }

  void a_pinned_process_is_unpinned() {
    if (kSanitized) QSKIP("a build with a sanitizer keeps its environment");
    const QByteArray aten = has_avx512() ? "avx512" : qgetenv("ATEN_CPU_CAPABILITY");
    const QByteArray rest = " " + (aten.isEmpty() ? "-" : aten) + " 20000 own an argument\n";
    QCOMPARE(run_self({}), "- -" + rest);
    const QByteArray pinned =
        run_self({{"OPENBLAS_CORETYPE", "Haswell"}, {"OPENBLAS_L2_SIZE", "512"}});
    QCOMPARE(pinned, (has_avx512() ? "- -" : "Haswell 512") + rest);
  }

  void what_the_user_says_of_waiting_stands() {
    if (kSanitized) QSKIP("a build with a sanitizer keeps its environment");
    QVERIFY(run_self({{"GOMP_SPINCOUNT", "7"}}).contains(" 7 own an argument"));
    QVERIFY(run_self({{"OMP_WAIT_POLICY", "active"}}).contains(" - own an argument"));
    QVERIFY(run_self({{"OMP_NUM_THREADS", "1"}}).contains(" - own an argument"));
    QVERIFY(run_self({{"OMP_NUM_THREADS", "12"}}).contains(" 20000 own an argument"));
  }

  void processors_follow_the_affinity_and_the_wish() {
    qputenv("PORTRAIT_THREADS", "7");
    QCOMPARE(usable_processors(), 7);
    qputenv("PORTRAIT_THREADS", "nonsense");
    QVERIFY(usable_processors() >= 1);
    qunsetenv("PORTRAIT_THREADS");
    int found = 0;
    std::thread narrow([&] {
      cpu_set_t mine;
      CPU_ZERO(&mine);
      sched_getaffinity(0, sizeof mine, &mine);
      int first = 0;
      while (!CPU_ISSET(first, &mine)) ++first;
      cpu_set_t one;
      CPU_ZERO(&one);
      CPU_SET(first, &one);
      sched_setaffinity(0, sizeof one, &one);
      found = usable_processors();
    });
    narrow.join();
    QCOMPARE(found, 1);
  }
};

int main(int argc, char** argv) {
  if (std::getenv("PORTRAIT_TEST_CHILD")) {
    print_environment(argc, argv);
    return 0;
  }
  const QCoreApplication application(argc, argv);
  ProcessThreadsTest test;
  return QTest::qExec(&test, argc, argv);
}
#include "process_threads_test.moc"
