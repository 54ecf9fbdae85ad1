// SPDX-License-Identifier: Apache-2.0
#include "core/base/process_threads.h"

#include <QProcess>
#include <QtTest>

#include <thread>

#include <sched.h>

using namespace portrait;

namespace {

bool has_avx512() {
  QFile info("/proc/cpuinfo");
  return info.open(QIODevice::ReadOnly) && info.readAll().contains("avx512vl");
}

// This program again, with an environment of its own, printing what it found there.
QByteArray run_self(const QMap<QString, QString>& variables) {
  auto environment = QProcessEnvironment::systemEnvironment();
  environment.remove("OPENBLAS_CORETYPE");
  environment.remove("OPENBLAS_L2_SIZE");
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
       {"OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "ATEN_CPU_CAPABILITY", "PORTRAIT_RESTARTED"}) {
    const char* value = std::getenv(name);
    std::printf("%s ", value ? value : "-");
  }
  std::printf("%s\n", argc == 2 ? argv[1] : "?");
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

  void a_pinned_process_restarts_itself_unpinned() {
    const QByteArray aten = has_avx512() ? "avx512" : qgetenv("ATEN_CPU_CAPABILITY");
    const QByteArray expected = "- - " + (aten.isEmpty() ? "-" : aten) + " - an argument\n";
    QCOMPARE(run_self({}), expected);
    if (!has_avx512()) QSKIP("a processor without AVX-512 restarts nothing");
    QCOMPARE(run_self({{"OPENBLAS_CORETYPE", "Haswell"}, {"OPENBLAS_L2_SIZE", "512"}}), expected);
  }

  // A guard that is set already stops a second restart, whatever the environment says.
  void it_restarts_only_once() {
    const QByteArray found =
        run_self({{"OPENBLAS_CORETYPE", "Haswell"}, {"PORTRAIT_RESTARTED", "1"}});
    QVERIFY2(found.startsWith("Haswell - "), found);
    QVERIFY2(found.endsWith(" - an argument\n"), found);
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
