namespace Ncsan.Rewriter.Passes;

/// <summary>Looks at every op of a method and adds probes to those of one construct. It emits nothing itself.</summary>
internal interface IOpPass
{
    void Visit(MethodCode code, Op op);
}

/// <summary>Looks at every call of a method (call, callvirt, newobj).</summary>
internal interface ICallPass
{
    void Visit(Invocation call);
}
