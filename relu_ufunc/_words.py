"""What the documentation says about each function, keyed by its name in ``src/ops.def``.

relu_ufunc/_docstrings.py composes the docstrings and holds what is common to all of them.
"""

from typing import NamedTuple


class Words(NamedTuple):
    """The documentation of one row of the operation table, with the docstring's line breaks.

    Only rows with a backward function have a derivative, a gradient and a backward example.
    """

    summary: str
    #: The value in the README's table.
    brief: str
    #: For the site's table "Which function?": what the reader needs, and why this function fits.
    need: str
    why: str
    #: What the function is for and where it comes from.
    background: str
    #: The values of the outputs.
    value: str
    #: What the function returns for NaN, -0.0 and limits, as a list.
    special_values: str
    #: The names and defaults in the frameworks.
    pytorch: str
    tensorflow: str
    jax: str
    onnx: str
    references: str
    #: Doctests without the imports, which _docstrings.py adds.
    example: str
    see_also: str = ""
    #: The inputs after x, as in numpydoc's section.
    parameters: str = ""
    #: Where the frameworks' values differ.
    differences: str = ""
    #: The derivative in the README's table.
    brief_derivative: str = ""
    #: The values of the backward function.
    gradient: str = ""
    #: The derivative chosen at the kinks, and other remarks on it.
    derivative: str = ""
    backward_example: str = ""


WORDS = {
    "relu": Words(
        summary="Rectified linear unit: the positive part of x.",
        brief="max(x, 0)",
        need="zero instead of negative values",
        why=(
            "NaN is kept and −0.0 becomes +0.0; with `out=x` it needs no new memory "
            "([how](tour.md#out-and-where))"
        ),
        background="""\
The usual activation of deep networks [1]_. The value is the `maximum` of
IEEE 754-2019 [2]_ of x and +0.""",
        value="y = maximum(x, +0)",
        brief_derivative="1 where x > 0, else 0",
        gradient="dx = dy where x > 0, else +0",
        derivative="The derivative at 0 is 0, as in PyTorch, TensorFlow and JAX.",
        special_values="""\
- -0.0 gives +0.0, for every dtype and length.
- A NaN keeps its bits, including sign and payload; a signalling NaN stays so.
- bool and unsigned integers are returned unchanged.""",
        pytorch="`torch.nn.functional.relu`, `torch.nn.ReLU`",
        tensorflow="`tf.nn.relu`, `keras.ops.relu`, `keras.layers.ReLU`",
        jax="`jax.nn.relu`",
        onnx="Relu",
        differences="""\
PyTorch and ONNX Runtime return -0.0 for -0.0, and TensorFlow does so in
some elements. TensorFlow and JAX flush subnormals to 0. At a NaN the
derivative is 1 in PyTorch and 0 in TensorFlow and JAX; here it is NaN.
TensorFlow multiplies: an infinite `dy` at a dead unit gives NaN.""",
        references="""\
.. [1] V. Nair and G. E. Hinton, *Rectified Linear Units Improve
   Restricted Boltzmann Machines*, ICML 2010.
.. [2] IEEE Std 754-2019, section 9.6: `maximum`.""",
        see_also="leaky_relu, squared_relu, crelu, add_relu",
        example="""\
>>> relu([-2.0, -0.0, 3.0])
array([0., 0., 3.])

In place, on integers:

>>> x = np.array([-2, 0, 3], dtype=np.int8)
>>> relu(x, out=x)
array([0, 0, 3], dtype=int8)""",
        backward_example="""\
>>> x = np.array([-2.0, 0.0, 3.0])
>>> relu_backward([10.0, 20.0, 30.0], x)
array([ 0.,  0., 30.])

With dy = 1 it returns the derivative itself:

>>> relu_backward(1, x)
array([0., 0., 1.])""",
    ),
    "leaky_relu": Words(
        summary="Leaky rectifier: x where x >= 0, slope * x where x is negative.",
        brief="x where x ≥ 0, else slope·x",
        need="units that do not die",
        why="a unit that is off passes on some gradient ([dying units](gallery.md#dying-units))",
        background="A unit that is off still passes on a little gradient [1]_.",
        value="y = x where x >= 0, else slope * x",
        brief_derivative="1 where x > 0, else slope",
        gradient="dx = dy where x > 0, else dy * slope",
        derivative="""\
The derivative at 0 is `slope`, as in PyTorch and TensorFlow; 1 in JAX.
A slope of 0 or 1 multiplies `dy` like any other slope: an infinite `dy`
times a slope of 0 gives NaN.""",
        parameters="""\
slope : array_like
    The factor for negative x: a number or an array. It may be negative or
    above 1. There is no default, because those of the frameworks disagree:
    0.01 in PyTorch, JAX and ONNX, 0.2 in TensorFlow and `keras.ops`, 0.3 in
    Keras's layer.""",
        special_values="""\
- leaky_relu(-inf, 0) is NaN, since 0 * inf is NaN; the frameworks agree.
- -0.0 stays -0.0.
- A NaN x keeps its bits; a NaN slope has an effect only where x is negative.
- A Python float takes on x's dtype: for a float16 x, 0.01 becomes the float16
  nearest to 0.01.""",
        pytorch="""\
`torch.nn.functional.leaky_relu`, `torch.nn.LeakyReLU`;
  ``negative_slope=0.01``""",
        tensorflow="""\
`tf.nn.leaky_relu`, ``alpha=0.2``;
  `keras.ops.leaky_relu`, ``negative_slope=0.2``;
  `keras.layers.LeakyReLU`, ``negative_slope=0.3``""",
        jax="`jax.nn.leaky_relu`, ``negative_slope=0.01``",
        onnx="LeakyRelu, ``alpha=0.01``",
        differences="""\
PyTorch and ONNX Runtime do not round the slope to float16 for a float16 x.
Keras on its NumPy backend computes maximum(x, slope * x), which gives other
values for a slope above 1, and NaN for +inf with a slope of 0.""",
        references="""\
.. [1] A. L. Maas, A. Y. Hannun and A. Y. Ng, *Rectifier Nonlinearities
   Improve Neural Network Acoustic Models*, ICML Workshop on Deep Learning
   for Audio, Speech and Language Processing, 2013.""",
        see_also="prelu, relu",
        example="""\
>>> leaky_relu([-2.0, 0.0, 3.0], 0.1)
array([-0.2,  0. ,  3. ])
>>> leaky_relu([-np.inf], 0)
array([nan])""",
        backward_example="""\
>>> leaky_relu_backward([10.0, 20.0, 30.0], [-2.0, 0.0, 3.0], 0.1)
array([ 1.,  2., 30.])""",
    ),
    "prelu": Words(
        summary="Parametric rectifier: x where x >= 0, a learned slope * x elsewhere.",
        brief="the same, with a learned slope",
        need="a slope that is learned",
        why=(
            "its backward returns the gradient of the slope too, in the same pass "
            "([broadcasting](tour.md#broadcasting))"
        ),
        background="""\
The value is the same as that of `leaky_relu`. The slope is learned together
with the weights [1]_, so `prelu_backward` returns a gradient for it as well.""",
        value="y = x where x >= 0, else slope * x",
        brief_derivative="the same; for the slope: x where x < 0, else 0",
        gradient="""\
dx = dy where x > 0, else dy * slope
dslope = dy * x where x < 0, else +0""",
        derivative="""\
At x = 0 the derivative with respect to x is `slope`, as in PyTorch (0 in
Keras), and that with respect to `slope` is 0. A slope of 0 or 1 multiplies
`dy` like any other slope: an infinite `dy` times a slope of 0 gives NaN.""",
        parameters="""\
slope : array_like
    The factors for negative x, broadcast by NumPy's rules. For one slope per
    channel, pass ``slope.reshape(-1, 1, 1)`` for images in NCHW order, and
    `slope` itself for NHWC order. The frameworks' initial values disagree:
    0.25 in PyTorch, 0 in Keras, 0.01 in Flax.""",
        special_values="""\
- prelu(-inf, 0) is NaN, since 0 * inf is NaN; the frameworks agree.
- -0.0 stays -0.0.
- A NaN x keeps its bits; a NaN slope has an effect only where x is negative.""",
        pytorch="""\
`torch.nn.functional.prelu`, `torch.nn.PReLU`; ``init=0.25``, the
  channels on axis 1""",
        tensorflow="""\
`keras.layers.PReLU`, ``alpha_initializer='Zeros'``; one
  slope per element of an example, except along its ``shared_axes``""",
        jax="""\
`jax.nn.leaky_relu` with an array; `flax.linen.PReLU`, one slope,
  ``negative_slope_init=0.01``""",
        onnx="PRelu; the slope is broadcast to x along trailing axes",
        references="""\
.. [1] K. He, X. Zhang, S. Ren and J. Sun, *Delving Deep into Rectifiers:
   Surpassing Human-Level Performance on ImageNet Classification*, ICCV
   2015.""",
        see_also="leaky_relu, relu",
        example="""\
Two examples with two channels each, and one slope per channel:

>>> x = np.array([[-1.0, 2.0], [-3.0, -4.0]])
>>> prelu(x, np.array([0.5, 0.25]))
array([[-0.5,  2. ],
       [-1.5, -1. ]])""",
        backward_example="""\
The gradient of a slope that is shared along an axis is the sum of `dslope`
along that axis, here with one slope per channel:

>>> x = np.array([[-1.0, 2.0], [-3.0, -4.0]])
>>> dy = np.ones_like(x)
>>> dx, dslope = prelu_backward(dy, x, np.array([0.5, 0.25]))
>>> dx
array([[0.5 , 1.  ],
       [0.5 , 0.25]])
>>> dslope.sum(axis=0)
array([-4., -4.])""",
    ),
    "relu6": Words(
        summary="Rectifier limited to 6: x, but at least 0 and at most 6.",
        brief="min(max(x, 0), 6)",
        need="values between 0 and 6",
        why=(
            "a fixed range, which few bits can hold ([unbounded "
            "activations](gallery.md#unbounded-activations))"
        ),
        background="The limit keeps activations within the range of small number formats [1]_.",
        value="y = minimum(maximum(x, +0), 6)",
        brief_derivative="1 where 0 < x < 6, else 0",
        gradient="dx = dy where 0 < x < 6, else +0",
        derivative="The derivative is 0 at both 0 and 6, as in PyTorch, TensorFlow and JAX.",
        special_values="""\
- -0.0 gives +0.0, +inf gives 6.
- A NaN keeps its bits, including sign and payload; a signalling NaN stays so.""",
        pytorch="`torch.nn.functional.relu6`, `torch.nn.ReLU6`",
        tensorflow="`tf.nn.relu6`, `keras.ops.relu6`",
        jax="`jax.nn.relu6`",
        onnx="Clip with a min of 0 and a max of 6",
        differences="""\
PyTorch and ONNX Runtime return -0.0 for -0.0. JAX returns float32 for
integers. At a NaN the derivative is 1 in PyTorch and 0 in TensorFlow and
JAX; here it is NaN.""",
        references="""\
.. [1] A. Krizhevsky, *Convolutional Deep Belief Networks on CIFAR-10*,
   manuscript, 2010.""",
        see_also="clipped_relu, relu",
        example="""\
>>> relu6([-2.0, 3.0, 8.0])
array([0., 3., 6.])""",
        backward_example="""\
>>> relu6_backward([10.0, 20.0, 30.0], [-2.0, 3.0, 6.0])
array([ 0., 20.,  0.])""",
    ),
    "clipped_relu": Words(
        summary="Rectifier with an upper limit: x, but at least 0 and at most max_value.",
        brief="min(max(x, 0), max_value)",
        need="values below a limit of your own",
        why="one limit or an array of them; a NaN stays NaN ([limits](semantics.md#limits))",
        background="It has been used with a limit of 20 in speech recognition [1]_.",
        value="y = minimum(maximum(x, +0), max_value)",
        brief_derivative="1 where 0 < x < max_value, else 0",
        gradient="dx = dy where 0 < x < max_value, else +0",
        derivative="""\
The derivative is 0 at both 0 and `max_value`, as in PyTorch's `hardtanh`;
that of `torch.clamp` is 1 at both. A NaN max_value is the result.""",
        parameters="""\
max_value : array_like
    The upper limit: a number or an array. There is no default, because those
    of the frameworks disagree: 1 in PyTorch's `hardtanh`, none in Keras and
    ONNX.""",
        special_values="""\
- max_value <= 0 gives max_value for every x that is not NaN, or +0.0 if
  max_value is -0.0.
- -0.0 gives +0.0 where max_value > 0.
- A NaN x keeps its bits; for any other x a NaN max_value is the result.""",
        pytorch="""\
`torch.clamp` with a min of 0; `torch.nn.functional.hardtanh`,
  ``min_val=-1.0``, ``max_val=1.0``""",
        tensorflow="""\
`tf.clip_by_value`;
  `keras.activations.relu` and `keras.layers.ReLU`, ``max_value=None``""",
        jax="`jax.numpy.clip`",
        onnx="Clip with a min of 0; no max unless given",
        differences="""\
For a negative max_value `tf.clip_by_value` returns 0, and `hardtanh` and
Keras's layer raise an error; `torch.clamp`, `jax.numpy.clip` and Clip return
max_value, as here. ONNX Runtime ignores a NaN max.""",
        references="""\
.. [1] A. Hannun et al., *Deep Speech: Scaling up End-to-End Speech
   Recognition*, arXiv:1412.5567, 2014.""",
        see_also="relu6, relu",
        example="""\
>>> clipped_relu([-2.0, 3.0, 25.0], 20)
array([ 0.,  3., 20.])""",
        backward_example="""\
>>> clipped_relu_backward([10.0, 20.0, 30.0], [-2.0, 3.0, 25.0], 20)
array([ 0., 20.,  0.])""",
    ),
    "thresholded_relu": Words(
        summary="Thresholded rectifier: x where x > theta, else 0.",
        brief="x where x > theta, else 0",
        need="zero up to a threshold",
        why="values above the threshold are kept unchanged ([kinks](semantics.md#kinks))",
        background="Small activations are set to 0, and the others are kept unchanged [1]_.",
        value="y = x where x > theta, else +0",
        brief_derivative="1 where x > theta, else 0",
        gradient="dx = dy where x > theta, else +0",
        derivative="""\
The comparison is strict: at x = theta the value and the derivative are 0, as
in PyTorch, Keras and ONNX. A NaN theta is the result.""",
        parameters="""\
theta : array_like
    The threshold: a number or an array. A threshold below 0 lets negative x
    through. There is no default, because those of the frameworks disagree:
    0 in Keras, 1 in ONNX and in Keras's earlier ThresholdedReLU layer, none
    in PyTorch.""",
        special_values="""\
- The result is never -0.0 where theta >= 0.
- A NaN x keeps its bits; for any other x a NaN theta is the result.""",
        pytorch="""\
`torch.nn.functional.threshold`, `torch.nn.Threshold`, with a value
  of 0""",
        tensorflow="""\
`keras.ops.threshold` with a default_value of 0;
  `keras.activations.relu` and `keras.layers.ReLU`, ``threshold=0.0``""",
        jax="``jnp.where(x > theta, x, 0)``",
        onnx="ThresholdedRelu, ``alpha=1.0``",
        differences="""\
A NaN x gives NaN in PyTorch and 0 in Keras, ONNX and the JAX spelling. A
NaN threshold gives x in PyTorch and 0 in ONNX.""",
        references="""\
.. [1] K. Konda, R. Memisevic and D. Krueger, *Zero-Bias Autoencoders and
   the Benefits of Co-Adapting Features*, ICLR 2015.""",
        see_also="relu, add_relu",
        example="""\
>>> thresholded_relu([0.5, 1.0, 1.5], 1)
array([0. , 0. , 1.5])""",
        backward_example="""\
>>> thresholded_relu_backward([10.0, 20.0, 30.0], [0.5, 1.0, 1.5], 1)
array([ 0.,  0., 30.])""",
    ),
    "squared_relu": Words(
        summary="Squared rectifier: the square of the positive part of x.",
        brief="max(x, 0)²",
        need="a derivative without a jump",
        why="the square of the positive part; integers wrap ([integers](semantics.md#integers))",
        background="It was found in a search for more efficient transformers [1]_.",
        value="y = maximum(x, +0) ** 2",
        brief_derivative="2·max(x, 0)",
        gradient="dx = 2 * (dy * x) where x > 0, else +0",
        derivative="""\
The derivative, 2 * maximum(x, +0), is continuous. Where x <= 0 the gradient
+0 is selected, so that an infinite or NaN `dy` has no effect there. Integers
wrap around.""",
        special_values="""\
- -0.0 gives +0.0. A NaN keeps its bits.
- A large x overflows to inf without a warning, in float16 from 256 on.
- Integers wrap around, as in `numpy.square`.""",
        pytorch="``torch.relu(x).square()``",
        tensorflow="``tf.square(tf.nn.relu(x))``",
        jax="``jnp.square(jax.nn.relu(x))``",
        onnx="Relu, then Mul with itself",
        differences="""\
At a NaN the derivative is 0 in JAX, but NaN here, in PyTorch and in
TensorFlow. TensorFlow multiplies: an infinite `dy` at a dead unit gives NaN.""",
        references="""\
.. [1] D. R. So et al., *Primer: Searching for Efficient Transformers for
   Language Modeling*, NeurIPS 2021.""",
        see_also="relu, numpy.square",
        example="""\
>>> squared_relu([-2.0, 0.5, 3.0])
array([0.  , 0.25, 9.  ])""",
        backward_example="""\
>>> squared_relu_backward([10.0, 10.0, 10.0], [-2.0, 0.5, 3.0])
array([ 0., 10., 60.])""",
    ),
    "crelu": Words(
        summary="Concatenated rectifier: the positive parts of x and of -x.",
        brief="max(x, 0) and max(−x, 0)",
        need="both signs, separately",
        why="the positive and the negative part in one pass over x",
        background="""\
The two parts are returned as separate arrays. They give twice as many
features from one set of filters [1]_. Their difference is x.""",
        value="""\
y = maximum(x, +0)
z = -x where x < 0, else +0""",
        special_values="""\
- Neither output is ever -0.0. A NaN keeps its bits in both.
- Unsigned integers: the second output is 0. The smallest signed integer
  gives (0, 0), since its negation wraps around to itself.""",
        pytorch="``torch.cat((torch.relu(x), torch.relu(-x)), dim)``",
        tensorflow="`tf.nn.crelu`, which joins the two, ``axis=-1``",
        jax="``jnp.concatenate((jax.nn.relu(x), jax.nn.relu(-x)), axis)``",
        onnx="Relu, Neg and Relu, Concat",
        differences="""\
TensorFlow returns -0.0 in some elements, and flips the sign of a NaN in the
second half.""",
        references="""\
.. [1] W. Shang, K. Sohn, D. Almeida and H. Lee, *Understanding and
   Improving Convolutional Neural Networks via Concatenated Rectified
   Linear Units*, ICML 2016.""",
        see_also="relu",
        example="""\
>>> x = np.array([-2.0, 3.0])
>>> crelu(x)
(array([0., 3.]), array([2., 0.]))

To join the two without a further copy:

>>> joined = np.empty(4)
>>> halves = crelu(x, out=(joined[:2], joined[2:]))
>>> joined
array([0., 3., 2., 0.])""",
    ),
    "add_relu": Words(
        summary="Add, then rectify: the positive part of x + b.",
        brief="max(x + b, 0)",
        need="a bias or a residual added first",
        why=(
            "it needs no array for the sum; its `accumulate` is the CUSUM statistic "
            "([methods](tour.md#ufunc-methods))"
        ),
        background="""\
It adds a bias or a residual connection in the same pass. With b = -k the
value is the part of x above k. ``add_relu.accumulate`` is the CUSUM statistic
[1]_.""",
        value="y = maximum(x + b, +0)",
        parameters="""\
b : array_like
    The summand: a bias, a residual, or minus a threshold.""",
        special_values="""\
- The result is never -0.0. A NaN in `x` or `b`, and inf - inf, give NaN.
- Integers wrap around, as in `numpy.add`.
- `accumulate` does not rectify the first element: begin with a 0.""",
        pytorch="``torch.relu(x + b)``",
        tensorflow="``tf.nn.relu(x + b)``",
        jax="``jax.nn.relu(x + b)``",
        onnx="Add, then Relu",
        references="""\
.. [1] E. S. Page, *Continuous Inspection Schemes*, Biometrika 41, 1954,
   pages 100-115.""",
        see_also="affine_relu, relu, numpy.add",
        example="""\
>>> add_relu([-2.0, 0.5, 3.0], [1.0, 1.0, -4.0])
array([0. , 1.5, 0. ])

The CUSUM statistic adds up the deviations, but never falls below 0:

>>> add_relu.accumulate([0.0, 1.0, -3.0, 2.0, 2.0])
array([0., 1., 0., 2., 4.])""",
    ),
    "affine_relu": Words(
        summary="Scale, shift, rectify: the positive part of x * scale + shift.",
        brief="max(x·scale + shift, 0)",
        need="a normalisation applied first",
        why=(
            "all three steps in one pass "
            "([recipe](pipelines.md#batch-normalisation-and-relu-in-one-pass))"
        ),
        background="""\
A batch normalisation with fixed statistics is such a scale and shift [1]_.
It takes a single pass together with the rectifier that follows it.""",
        value="y = maximum(x * scale + shift, +0)",
        parameters="""\
scale : array_like
    The factor: a number or an array, e.g. one per channel.
shift : array_like
    The summand: a number or an array.""",
        special_values="""\
- The product and the sum are two operations and are never contracted to a
  fused multiply-add, so that every processor gives the same bits.
- The result is never -0.0. A NaN in any input, 0 * inf and inf - inf give
  NaN.""",
        pytorch="``torch.relu(x * scale + shift)``",
        tensorflow="``tf.nn.relu(x * scale + shift)``",
        jax="``jax.nn.relu(x * scale + shift)``",
        onnx="Mul, Add, Relu; or BatchNormalization, Relu",
        references="""\
.. [1] S. Ioffe and C. Szegedy, *Batch Normalization: Accelerating Deep
   Network Training by Reducing Internal Covariate Shift*, ICML 2015.""",
        see_also="add_relu, relu",
        example="""\
>>> affine_relu([-2.0, 0.5, 3.0], 2.0, 1.0)
array([0., 2., 7.])""",
    ),
}
