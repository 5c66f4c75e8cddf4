/// The program `etcd`: a server that is started with etcd's flags. Start reading at
/// [io.jangada.cli.etcd.EtcdProgram]; [io.jangada.cli.etcd.EtcdArguments] reads the flags,
/// [io.jangada.cli.etcd.FlagSettings] says what they mean here, and
/// [io.jangada.cli.etcd.MemberFile] who the member is and where its cluster is.
package io.jangada.cli.etcd;
