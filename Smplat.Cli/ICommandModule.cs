using System.CommandLine;

namespace Smplat.Cli;

/// <summary>A group of commands; it is listed in <see cref="CommandLine"/>.</summary>
public interface ICommandModule
{
    void AddTo(RootCommand root);
}
