// SPDX-License-Identifier: Apache-2.0
// The CUDA renderer on a device. Without one see cuda_kernels_test.
#include "core/nn/torch.h"

#include "tests/field/cuda_comparison.h"

#include <QtTest>

using namespace portrait;

class CudaMarchTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void it_is_the_reference();
};

void CudaMarchTest::it_is_the_reference() {
#ifndef PORTRAIT_HAVE_CUDA
  QSKIP("this build has no CUDA kernels (PORTRAIT_CUDA, and a LibTorch with CUDA)");
#else
  if (!at::hasCUDA()) QSKIP("there is no CUDA device");
  QVERIFY(can_march_cuda(random_field(1, 16, 5).to(at::kCUDA),
                         {random_rays(2, 1).origins.cuda(), random_rays(2, 1).directions.cuda()},
                         {}, true));
  for (const Comparison& one : compare_all(70, at::kCUDA)) {
    QVERIFY2(one.holds(),
             qPrintable(QString::fromStdString(one.what + ": ") + QString::number(one.difference)));
  }
#endif
}

QTEST_GUILESS_MAIN(CudaMarchTest)
#include "cuda_march_test.moc"
