// The table of commands. Each lives in a file of its own, prints its result on stdout, and returns its exit code.
import { Command, CommanderError, type OptionValues } from 'commander';
import { describeError, EXIT, type ExitCode, ParitygateError } from '../core/index.ts';
import { readVersion } from '../version.ts';
import { runDemo } from './demo.ts';
import { runDiffAccept } from './diff-accept.ts';
import { runDiffLs } from './diff-ls.ts';
import { runDiffShow } from './diff-show.ts';
import { runGate } from './gate.ts';
import { runInit } from './init.ts';
import { runReport } from './report.ts';
import { runServe } from './serve.ts';
import { runStatus } from './status.ts';
import { paint } from './terminal.ts';
import { runValidate } from './validate.ts';
import { runWeight } from './weight.ts';

/** Runs one command line and resolves with its exit code; prints every failure as one clear error. */
export async function runCli(args: readonly string[]): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.pass;
  const program = createProgram((code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    return reportFailure(error);
  }
}

function createProgram(onExit: (code: ExitCode) => void): Command {
  const program = new Command('paritygate');
  program.description(
    'A migration proxy: routes by flag weight, mirrors, compares through the contract, and gates the cutover.',
  );
  program.version(readVersion()).exitOverride().showSuggestionAfterError();
  // What is wrong with the command line is printed by reportFailure, in the form of every other error.
  program.configureOutput({ outputError: () => {} });
  const addTo = (
    parent: Command,
    signature: string,
    description: string,
    run: (options: OptionValues, ...args: string[]) => Promise<ExitCode>,
  ): Command => {
    const command = parent.command(signature).description(description).exitOverride();
    command.action(async (...received: unknown[]) => {
      // commander calls with the arguments, then the options, then the command.
      const [named, options] = [received.slice(0, -2), received.at(-2)];
      onExit(await run(options as OptionValues, ...(named as string[])));
    });
    return command.option('--json', 'print one JSON document on stdout');
  };
  const add = addTo.bind(undefined, program);
  const withConfig = (command: Command): Command =>
    command.option('-c, --config <file>', 'the config file', 'paritygate.yaml');

  add('demo', 'watch a legacy being strangled: two backends, the proxy, traffic, and a report', runDemo)
    .option('--seconds <n>', 'how long traffic runs', '40')
    .option('--seed <n>', 'seed of the traffic', '11')
    .option('--keep', 'stay up after the report, until interrupted');
  add('init <contract>', 'write config, flags and one file of the contract, from a path or a URL', runInit)
    .option('--legacy <url>', 'where the backend is that is to be replaced')
    .option('--candidate <url>', 'where the one is that is to replace it');
  withConfig(add('serve', 'run the proxy', runServe));
  withConfig(add('status', 'weights, flags, store and shadow of a running proxy', runStatus));
  withConfig(add('validate', 'check config, contract and flags', runValidate));
  withConfig(add('weight <group> [percent]', "show or set a group's weight, 0 to 100", runWeight))
    .option('--expect <percent>', 'refuse unless this is the present weight')
    .option('--reason <text>', 'why, for the record');
  withConfig(add('gate [group]', 'judge the evidence; exits 0 pass, 1 fail, 3 inconclusive', runGate));
  withConfig(add('report', 'write report.json, .md, .html and junit.xml', runReport)).option(
    '-o, --output <directory>',
    'where to write it',
  );
  const diff = program.command('diff').description('what differs, and what of it is accepted').exitOverride();
  const addDiff = addTo.bind(undefined, diff);
  withConfig(addDiff('ls', 'every cause, and whether it is accepted', runDiffLs));
  withConfig(addDiff('show <id>', 'one cause: its fingerprints by operation, and examples', runDiffShow));
  withConfig(addDiff('accept <id>', 'write that a cause, or one fingerprint of it, is intended', runDiffAccept))
    .option('--owner <who>', 'who answers for it')
    .option('--reason <text>', 'why the difference is intended')
    .option('--expires <day>', 'the last day on which it holds, or how many days from now', '90d')
    .option('--ticket <id>', 'where it was decided')
    .option('--pointer <template>', 'only there, as `diff show` prints it')
    .option('--ceiling <share>', 'the share of pairs that may show it, at most, such as 1%');
  program.addHelpText(
    'after',
    '\nExit codes: 0 pass, 1 fail, 2 usage or config, 3 inconclusive or no evidence, 4 could not run, 130 interrupted.',
  );
  return program;
}

function reportFailure(error: unknown): ExitCode {
  if (error instanceof CommanderError) return reportUsage(error);
  if (error instanceof ParitygateError) {
    console.error(paint(process.stderr).red(describeError(error)));
    return error.exitCode;
  }
  console.error(error);
  return EXIT.couldNotRun;
}

/** Help and version are no failure; help that nobody asked for stands in for the message. */
function reportUsage(error: CommanderError): ExitCode {
  if (error.exitCode === 0) return EXIT.pass;
  return error.code === 'commander.help' ? EXIT.usage : reportFailure(usageError(error.message));
}

function usageError(said: string): ParitygateError {
  const [, message = said, nearest] = /^(?:error: )?(.*?)(?:\n\(Did you mean (.*)\?\))?$/s.exec(said) ?? [];
  const fix = nearest ? `did you mean ${nearest}?` : 'see `paritygate --help`, or --help after a command';
  return new ParitygateError('PG_USAGE', message, { fix });
}
