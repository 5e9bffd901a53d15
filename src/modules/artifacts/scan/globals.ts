/** How far a name is trusted that a pickle asks its reader to import. */
export type Trust = 'safe' | 'unknown' | 'unsafe'

/** Modules of which every name is a way to run code, to reach files or the network, or to load another pickle. */
const unsafeModules = new Set(
  `os posix nt posixpath ntpath sys subprocess _posixsubprocess commands popen2 socket _socket ssl _ssl select selectors asyncio
   shutil tempfile pathlib glob fileinput runpy importlib imp pkgutil zipimport code codeop pdb bdb cProfile profile pstats trace
   timeit doctest unittest test pty tty venv ensurepip pip setuptools distutils site sysconfig webbrowser antigravity
   pickle _pickle cPickle dill cloudpickle shelve marshal dbm
   ctypes _ctypes cffi multiprocessing threading _thread concurrent signal resource gc inspect ast dis symtable compileall py_compile
   http httplib httplib2 urllib urllib2 urllib3 requests aiohttp httpx ftplib smtplib poplib imaplib telnetlib nntplib xmlrpc socketserver
   pydoc idlelib lib2to3 turtledemo cgi cgitb wsgiref
   uuid platform _aix_support _osx_support _pyrepl _bootsubprocess readline rlcompleter cmd
   logging.config logging.handlers sqlite3 ssl zipfile tarfile getpass
   torch.hub torch.package torch.serialization torch.jit torch.utils.cpp_extension torch.utils.collect_env torch.utils.bottleneck
   torch.utils._config_module torch._inductor torch._dynamo torch.distributed torch.multiprocessing torch.fx.experimental
   torch.utils.data.datapipes numpy.f2py numpy.distutils numpy.testing numpy.ctypeslib pandas.io joblib.numpy_pickle_utils
   mlflow.projects mlflow.utils.process_utils IPython jupyter_client paramiko fabric invoke pexpect plumbum sh fsspec boto3 botocore`.split(
    /\s+/,
  ),
)

/** Names that run code although their modules hold harmless ones too. */
const unsafeNames = new Set(
  `builtins.eval builtins.exec builtins.compile builtins.open builtins.getattr builtins.setattr builtins.delattr builtins.__import__
   builtins.breakpoint builtins.apply builtins.execfile builtins.input builtins.vars builtins.globals builtins.locals
   builtins.file builtins.reload builtins.help
   operator.attrgetter operator.itemgetter operator.methodcaller operator.call
   functools.partial functools.reduce functools.partialmethod functools.singledispatch
   io.FileIO io.open io.open_code io.BufferedWriter io.TextIOWrapper codecs.open logging.FileHandler
   types.CodeType types.FunctionType types.MethodType types.LambdaType types.ModuleType
   itertools.starmap collections.namedtuple
   numpy.load numpy.loads numpy.fromfile numpy.memmap numpy.save numpy.savez numpy.loadtxt numpy.genfromtxt numpy.vectorize numpy.apply_along_axis numpy.frompyfunc
   pandas.read_pickle pandas.eval pandas.read_csv pandas.read_json pandas.read_html pandas.read_sql pandas.DataFrame.query
   torch.storage._load_from_bytes mlflow.pyfunc.load_model joblib.load joblib.dump torch.load torch.save torch.compile torch.classes torch.ops
   keras.models.load_model keras.utils.get_file tensorflow.io tensorflow.raw_ops`.split(/\s+/),
)

/** What pickles of data, arrays and fitted models are made of. Each builds a value out of values. */
const safeNames = new Set(
  `builtins.list builtins.dict builtins.set builtins.frozenset builtins.tuple builtins.int builtins.float builtins.complex builtins.str
   builtins.bytes builtins.bytearray builtins.bool builtins.object builtins.range builtins.slice builtins.long builtins.unicode
   builtins.NoneType builtins.NotImplementedType builtins.ellipsis builtins.Ellipsis builtins.ValueError builtins.TypeError builtins.KeyError
   _codecs.encode copyreg._reconstructor copyreg.__newobj__ copyreg.__newobj_ex__
   collections.OrderedDict collections.defaultdict collections.deque collections.Counter types.SimpleNamespace
   datetime.datetime datetime.date datetime.time datetime.timedelta datetime.timezone decimal.Decimal fractions.Fraction zoneinfo.ZoneInfo._unpickle
   uuid.UUID pathlib.PosixPath pathlib.WindowsPath pathlib.PurePosixPath pytz._UTC pytz._p array._array_reconstructor array.array
   numpy.dtype numpy.ndarray numpy.matrix numpy.bool_ numpy.recarray numpy.record numpy.ma.core.MaskedArray numpy.ma.core._mareconstruct
   numpy.core.multiarray._reconstruct numpy.core.multiarray.scalar numpy.core.numeric._frombuffer
   numpy._core.multiarray._reconstruct numpy._core.multiarray.scalar numpy._core.numeric._frombuffer
   numpy.random._pickle.__randomstate_ctor numpy.random._pickle.__generator_ctor numpy.random._pickle.__bit_generator_ctor
   numpy.random.mtrand.RandomState numpy.random._mt19937.MT19937 numpy.random._pcg64.PCG64
   numpy.random.bit_generator.SeedSequence numpy.random.bit_generator.__pyx_unpickle_SeedSequence
   joblib.numpy_pickle.NumpyArrayWrapper joblib.numpy_pickle.NDArrayWrapper joblib.numpy_pickle.ZNDArrayWrapper
   scipy.sparse._csr.csr_matrix scipy.sparse._csc.csc_matrix scipy.sparse._coo.coo_matrix scipy.sparse.csr.csr_matrix scipy.sparse.csc.csc_matrix
   scipy.sparse._csr.csr_array scipy.sparse._csc.csc_array
   scipy.interpolate._interpolate.interp1d scipy.interpolate.interpolate.interp1d
   pandas._libs.internals._unpickle_block pandas._libs.arrays.__pyx_unpickle_NDArrayBacked pandas._libs.tslibs.timestamps._unpickle_timestamp
   pandas.core.internals.managers.BlockManager pandas.core.internals.managers.SingleBlockManager pandas.core.indexes.base._new_Index
   torch._utils._rebuild_tensor torch._utils._rebuild_tensor_v2 torch._utils._rebuild_parameter torch._utils._rebuild_parameter_with_state
   torch._utils._rebuild_qtensor torch._utils._rebuild_sparse_tensor torch._utils._rebuild_device_tensor_from_numpy torch._tensor._rebuild_from_type_v2
   torch.Size torch.device torch.dtype torch.Tensor torch.nn.parameter.Parameter torch.storage.UntypedStorage
   torch.float16 torch.float32 torch.float64 torch.bfloat16 torch.int8 torch.int16 torch.int32 torch.int64 torch.uint8 torch.bool
   torch.serialization._get_layout
   sklearn.utils._bunch.Bunch sklearn.tree._tree.Tree sklearn._loss.link.LogitLink sklearn._loss.link.IdentityLink sklearn._loss.link.MultinomialLogit sklearn._loss.link.Interval
   sklearn._loss._loss.__pyx_unpickle_CyHalfBinomialLoss sklearn._loss._loss.__pyx_unpickle_CyHalfSquaredError sklearn._loss._loss.__pyx_unpickle_CyHalfMultinomialLoss
   sklearn.neighbors._kd_tree.newObj sklearn.neighbors._ball_tree.newObj sklearn.metrics._dist_metrics.newObj`.split(
    /\s+/,
  ),
)

/** Packages whose classes hold fitted parameters. Functions of theirs are not meant, and neither is what reads files. */
const modelClasses =
  /^(sklearn|xgboost|lightgbm|catboost|statsmodels|torch\.nn\.modules|pandas\.core\.(frame|series|indexes|arrays|dtypes))(\.[a-z_]\w*)*\.[A-Z]\w*$/
const exceptClasses =
  /^sklearn\.(datasets|externals|utils\.(_testing|parallel|metaestimators)|_build_utils|inspection)\b|FunctionTransformer/

const storages =
  /^torch\.(Q?U?Int\d*x?\d*|Half|Float|Double|BFloat16|Byte|Char|Short|Int|Long|Bool|Complex\w*|QU?Int\w*|Untyped)Storage$/

/** Python 2 names of modules, as old protocols have them. */
const renamed: Readonly<Record<string, string>> = {
  __builtin__: 'builtins',
  __builtins__: 'builtins',
  copy_reg: 'copyreg',
  _operator: 'operator',
  _functools: 'functools',
  _io: 'io',
  _itertools: 'itertools',
  UserDict: 'collections',
}

export function trustOf(module: string, name: string): Trust {
  const home = renamed[module] ?? module
  const full = `${home}.${name}`
  if (safeNames.has(full) || storages.test(full)) return 'safe'
  if (startsIn(unsafeNames, full) || startsIn(unsafeModules, full)) return 'unsafe'
  if (modelClasses.test(full) && !exceptClasses.test(full)) return 'safe'
  return 'unknown'
}

/** Whether a dotted name, or what it lies in, is in a list. */
function startsIn(names: ReadonlySet<string>, full: string): boolean {
  for (let end = full.length; end > 0; end = full.lastIndexOf('.', end - 1)) {
    if (names.has(full.slice(0, end))) return true
  }
  return false
}
