// SPDX-License-Identifier: Apache-2.0
// How a plan is read from and written to something other than host memory.
#ifndef TENFOLD_RUNTIME_STREAM_IO_H_
#define TENFOLD_RUNTIME_STREAM_IO_H_

#include "../abi/forward.h"

namespace nvinfer1 {

namespace v_1_0 {

class IStreamReader : public IVersionedInterface {
 public:
  InterfaceInfo getInterfaceInfo() const noexcept override { return InterfaceInfo{"IStreamReader", 1, 0}; }

  virtual int64_t read(void* destination, int64_t nbBytes) = 0;

  ~IStreamReader() override = default;
  IStreamReader() = default;

 protected:
  IStreamReader(const IStreamReader&) = default;
  IStreamReader(IStreamReader&&) = default;
  IStreamReader& operator=(const IStreamReader&) & = default;
  IStreamReader& operator=(IStreamReader&&) & = default;
};

class IStreamWriter : public IVersionedInterface {
 public:
  InterfaceInfo getInterfaceInfo() const noexcept final { return InterfaceInfo{"IStreamWriter", 1, 0}; }

  virtual int64_t write(const void* data, int64_t nbBytes) = 0;

  ~IStreamWriter() override = default;
  IStreamWriter() = default;

 protected:
  IStreamWriter(const IStreamWriter&) = default;
  IStreamWriter(IStreamWriter&&) = default;
  IStreamWriter& operator=(const IStreamWriter&) & = default;
  IStreamWriter& operator=(IStreamWriter&&) & = default;
};

}  // namespace v_1_0

enum class SeekPosition : int32_t {
  kSET = 0,
  kCUR = 1,
  kEND = 2,
};

namespace v_1_0 {

class IStreamReaderV2 : public IVersionedInterface {
 public:
  InterfaceInfo getInterfaceInfo() const noexcept override { return InterfaceInfo{"IStreamReaderV2", 1, 0}; }

  virtual int64_t read(void* destination, int64_t nbBytes, cudaStream_t stream) noexcept = 0;

  virtual bool seek(int64_t offset, SeekPosition where) noexcept = 0;

  ~IStreamReaderV2() override = default;
  IStreamReaderV2() = default;

 protected:
  IStreamReaderV2(const IStreamReaderV2&) = default;
  IStreamReaderV2(IStreamReaderV2&&) = default;
  IStreamReaderV2& operator=(const IStreamReaderV2&) & = default;
  IStreamReaderV2& operator=(IStreamReaderV2&&) & = default;
};

}  // namespace v_1_0
}  // namespace nvinfer1

#endif  // TENFOLD_RUNTIME_STREAM_IO_H_
