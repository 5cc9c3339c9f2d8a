/* Repeats the operation table's rows once per dtype, as DTYPE of kind KIND. */
#define KIND INTEGER
#define DTYPE i8
#include "ops.def"
#undef DTYPE
#define DTYPE u8
#include "ops.def"
#undef DTYPE
#define DTYPE i16
#include "ops.def"
#undef DTYPE
#define DTYPE u16
#include "ops.def"
#undef DTYPE
#define DTYPE i32
#include "ops.def"
#undef DTYPE
#define DTYPE u32
#include "ops.def"
#undef DTYPE
#define DTYPE i64
#include "ops.def"
#undef DTYPE
#define DTYPE u64
#include "ops.def"
#undef DTYPE
#undef KIND

#define KIND HALF
#define DTYPE f16
#include "ops.def"
#undef DTYPE
#undef KIND

#define KIND FLOAT
#define DTYPE bf16
#include "ops.def"
#undef DTYPE
#define DTYPE f32
#include "ops.def"
#undef DTYPE
#define DTYPE f64
#include "ops.def"
#undef DTYPE
#define DTYPE longdouble
#include "ops.def"
#undef DTYPE
#undef KIND
